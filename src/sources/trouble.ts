import type { Source, SourceState, SourceTrouble } from '../model.ts'
import { fallenSilent } from './quiet.ts'

const DAY_MS = 86_400_000
/** For so long an ended source is told: a weekly digest tells it once. */
const TOLD_MS = 8 * DAY_MS

/**
 * What those who rely on a source should be told of it: that it has ended, that it fails for a day (or was never read at
 * all), that it has fallen silent against its own habit.
 *
 * @returns null where all is well, or too little is wrong to be told
 */
export function troubleOf(source: Source, state: SourceState, now: string): SourceTrouble | null {
  if (!source.enabled || source.sample) return null
  const about = { sourceId: source.id, address: source.address }
  const age = (time: string | null | undefined) => (time ? Date.parse(now) - Date.parse(time) : 0)
  if (state.endedAt) {
    if (age(state.endedAt) > TOLD_MS) return null
    return { ...about, kind: 'ended', reason: reasonOf(state, source), since: state.endedAt }
  }
  if (state.trouble) {
    if (state.lastSucceededAt !== null && age(state.troubleSince) < DAY_MS) return null
    return { ...about, kind: 'failing', reason: reasonOf(state, source), since: state.troubleSince }
  }
  const silent = source.kind === 'feed' ? fallenSilent(state.published ?? [], now) : null
  return silent ? { ...about, kind: 'silent', reason: silent, since: null } : null
}

/** The address stands beside the reason already. */
const reasonOf = ({ trouble }: SourceState, { address }: Source): string =>
  (trouble ?? '').replace(`${address}: `, '').trim()
