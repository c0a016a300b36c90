import type { Say } from '../messages/say.ts'
import type { Claim } from '../model.ts'
import { FONTS } from '../pictures/fonts.ts'
import { type Moment, momentKind } from '../pictures/moments.ts'
import type { Store } from '../store/store.ts'
import { LONGEST_WORDS, type Picture } from './picture.ts'

const MOST_MOMENTS = 100
/** Who said a claim when, drawn from the record; null where fewer than `least` dated statements bear on it. */
export async function drawClaim(
  claim: Pick<Claim, 'id' | 'title' | 'text'>,
  store: Pick<Store, 'statements'>,
  say: Say,
  least = 1,
): Promise<Picture | null> {
  const said = await store.statements.byClaim(claim.id, MOST_MOMENTS)
  const moments = said
    .flatMap(({ statement, document, matches }): Moment[] => {
      const at = statement.said && /^\d{4}-\d{2}-\d{2}/.test(statement.said) ? statement.said : document.published
      const relation = matches.find(({ claimId }) => claimId === claim.id)?.relation ?? null
      const row = statement.speaker?.name ?? say.text('digest.speaker.unknown')
      return at && !Number.isNaN(Date.parse(at)) ? [{ at, row, kind: momentKind(relation) }] : []
    })
    .sort((a, b) => (a.at < b.at ? -1 : 1))
  if (moments.length < least) return null
  const names = {
    repeats: say.text('timeline.repeats'),
    differs: say.text('timeline.differs'),
    opposes: say.text('timeline.opposes'),
    other: say.text('timeline.other'),
  }
  // Charts are large: they are read when the first picture is asked for.
  const { drawTimeline } = await import('../pictures/timeline.ts')
  const data = drawTimeline({ title: claim.title ?? claim.text, moments, names, language: say.language }, FONTS)
  const words = moments.map(({ at, row, kind }) => `${at.slice(0, 10)} ${row} (${names[kind]})`)
  const name = `timeline-${claim.id.replace(/[^\w-]/g, '').slice(0, 40)}.png`
  return { name, data, description: words.join('; ').toWellFormed().slice(0, LONGEST_WORDS).toWellFormed() }
}
