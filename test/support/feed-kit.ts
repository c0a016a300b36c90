import { resolve } from 'node:path'
import pino from 'pino'
import { readConfig } from '../../src/config.ts'
import { openRooms } from '../../src/jobs/analyse.ts'
import type { Kit } from '../../src/jobs/kit.ts'
import { openReader } from '../../src/jobs/reader.ts'
import type { Source, SourceState } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import { scratch } from './scratch.ts'

/** The main job over a record of its own, at a clock that the test sets. Reads loopback only. */
export type FeedKit = Kit & { clock: { now: string }; logged: Record<string, unknown>[] } & AsyncDisposable

export async function feedKit(
  sources: Source[],
  { at = '2026-03-03T12:00:00.000Z', ...limits }: { at?: string } & Parameters<typeof openReader>[1] = { hostGapMs: 0 },
): Promise<FeedKit> {
  const dataFolder = scratch()
  const config = {
    ...readConfig({}, { config: resolve(import.meta.dirname, '../../config/onrecord.yaml'), data: dataFolder }),
    allowAddresses: ['127.0.0.0/8'],
    sources,
    sample: null,
  }
  const clock = { now: at }
  const logged: Record<string, unknown>[] = []
  const store = await openStore({ dataFolder })
  await store.sources.configure(sources)
  const reader = openReader(config, limits)
  return {
    store,
    config,
    rooms: await openRooms(config, store),
    reader,
    now: () => clock.now,
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    deliver: async () => ({ messageIds: [] }),
    progress: () => {},
    stopping: new AbortController().signal,
    clock,
    logged,
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

/** Lets the clock jump to when the source falls due. @returns its state then */
export async function untilDue(kit: FeedKit, sourceId: string): Promise<SourceState> {
  const state = await stateOf(kit, sourceId)
  if (state.nextPollAt && state.nextPollAt > kit.clock.now && !state.endedAt) kit.clock.now = state.nextPollAt
  return state
}

export async function stateOf({ store }: Pick<Kit, 'store'>, sourceId: string): Promise<SourceState> {
  const found = (await store.sources.list()).find(({ source }) => source.id === sourceId)
  if (!found) throw new Error(`no source ${sourceId}`)
  return found.state
}
