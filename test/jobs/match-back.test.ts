import pino from 'pino'
import { beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { analyseStored, openRooms } from '../../src/jobs/analyse.ts'
import type { Kit } from '../../src/jobs/kit.ts'
import { oweMatching, takeClaimsOver } from '../../src/jobs/known-claims.ts'
import { followJob, matchBackRound } from '../../src/jobs/match-back.ts'
import { applyConfig } from '../../src/jobs/queue.ts'
import { trackAgain } from '../../src/jobs/track.ts'
import type { Claim, MatchJob } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aClaim, aDocument, aStatement } from '../support/nouns.ts'
import { scratch } from '../support/scratch.ts'

const now = () => '2026-03-05T09:00:00.000Z'
const OIL = 'The lamps of Ellery are lit by whale oil.'
type Belt = Omit<Kit, 'reader' | 'deliver'>

let folder: string
beforeEach(() => {
  folder = scratch()
})

async function opened(claims: Claim[] = []) {
  const store = await openStore({ dataFolder: folder })
  const config = { ...readConfig({}, { data: folder }), entities: [], claims, sources: [], sample: null }
  const kit: Belt = {
    store,
    config,
    rooms: await openRooms(config, store),
    now,
    log: pino({ level: 'silent' }),
    progress: () => {},
    stopping: new AbortController().signal,
  }
  await applyConfig(kit)
  return kit
}

/** One document for each of these statements. */
async function record(store: Store, words: string[], version = 'v') {
  await store.transaction((tx) => recordAll(tx, words, version))
}

async function recordAll(store: Store, words: string[], version: string) {
  for (const [i, content] of words.entries()) {
    const id = `d${i}`
    const facts = { sourceId: 's', keys: [id], backlog: false, sample: false, now: now() }
    await store.documents.put(aDocument({ id, text: content }), facts)
    const statement = aStatement({ id: `s${i}`, documentId: id, content, turnId: id })
    const found = { mentions: [], statements: [statement], matches: [], quoteKeys: new Map() }
    await store.documents.analysed(id, { version, ...found, now: now() })
  }
}
const filler = (count: number) => Array.from({ length: count }, (_, i) => `Entry ${i} of the cooking club about soup.`)
const add = (store: Store, claim: Claim) =>
  store.claims.add([{ claim, key: `${claim.owner} ${claim.text}` }], { merge: (one) => one, by: 'test', now: now() })
const ids = async (store: Store, claim: string) =>
  (await store.statements.byClaim(claim, 99)).map(({ statement }) => statement.id)

describe('a claim that is new', () => {
  test('of the config is matched with what is on record, once', async () => {
    await using store = (await opened()).store
    await record(store, [...filler(3), 'Whale oil lights the lamps of Ellery.'])
    const kit = await opened([aClaim({ id: 'oil', text: OIL })])
    await using _again = kit.store
    expect(await oweMatching(kit)).toMatchObject([{ owner: 'operator', total: 4, looked: 0, finishedAt: null }])
    expect(await matchBackRound(kit)).toBe(1)
    expect(await ids(kit.store, 'oil')).toEqual(['s3'])
    expect(await oweMatching(kit)).toEqual([])
    expect(await matchBackRound(kit)).toBe(0)
  })

  test('imported by another process is taken over, and stays after a restart', async () => {
    const kit = await opened()
    await record(kit.store, ['Whale oil lights the lamps of Ellery.'])
    await add(kit.store, aClaim({ id: 'oil', text: OIL }))
    expect(await takeClaimsOver(kit)).toHaveLength(1)
    await matchBackRound(kit)
    expect(await ids(kit.store, 'oil')).toEqual(['s0'])
    const [first] = await kit.rooms.operators.match('Are the lamps of Ellery lit by whale oil?')
    expect(first?.claimId).toBe('oil')
    await kit.store[Symbol.asyncDispose]()
    for (let start = 0; start < 2; start++) {
      const later = await opened()
      expect((await later.rooms.operators.match(OIL))[0]?.claimId).toBe('oil')
      expect(await oweMatching(later)).toEqual([])
      await later.store[Symbol.asyncDispose]()
    }
  })

  test('of a server is found for that server alone', async () => {
    const kit = await opened()
    await using store = kit.store
    await record(store, ['Whale oil lights the lamps of Ellery.'])
    await add(store, aClaim({ id: 'own-1', text: OIL, owner: 'guild-1' }))
    await takeClaimsOver(kit)
    await matchBackRound(kit)
    const seen = async (guild: string | null) => (await store.seenBy(guild).statements.get('s0'))?.matches.length
    expect([await seen('guild-1'), await seen('guild-2'), await seen(null)]).toEqual([1, 0, 0])
  })

  test('that is worded anew leaves what it no longer says', async () => {
    const kit = await opened()
    await using store = kit.store
    await record(store, ['Whale oil lights the lamps of Ellery.', 'No ferry sails from Ellery at night.'])
    const claim = aClaim({ id: 'own-1', text: OIL, owner: 'guild-1' })
    await add(store, claim)
    await takeClaimsOver(kit)
    await matchBackRound(kit)
    await store.claims.edit({ ...claim, text: 'From Ellery no ferry sails at night.' }, { by: 'test', now: now() })
    await takeClaimsOver(kit)
    await matchBackRound(kit)
    expect(await ids(store, 'own-1')).toEqual(['s1'])
  })

  test('that was retired and comes back meets what was said meanwhile', async () => {
    const kit = await opened()
    await using store = kit.store
    const claim = aClaim({ id: 'own-1', text: OIL, owner: 'guild-1' })
    const turn = async (status: Claim['status']) => {
      await store.claims.edit({ ...claim, status }, { by: 'test', now: now() })
      await takeClaimsOver(kit)
      await matchBackRound(kit)
    }
    await add(store, claim)
    await turn('retired')
    await record(store, ['Whale oil lights the lamps of Ellery.'])
    await turn('active')
    expect(await ids(store, 'own-1')).toEqual(['s0'])
  })
})

describe('a look through the record', () => {
  test('goes on after a stop where it was, and tells how far it is', async () => {
    const kit = await opened()
    await record(kit.store, [...filler(450), 'Whale oil lights the lamps of Ellery.'])
    await add(kit.store, aClaim({ id: 'oil', text: OIL }))
    const [job] = await takeClaimsOver(kit)
    const stop = new AbortController()
    const steps: MatchJob[] = []
    followJob(job!.id, (step) => {
      steps.push(step)
      stop.abort()
    })
    await matchBackRound({ ...kit, stopping: stop.signal })
    expect(steps).toMatchObject([{ looked: 200, total: 451, finishedAt: null }])
    await kit.store[Symbol.asyncDispose]()

    const later = await opened()
    await using store = later.store
    expect(await oweMatching(later)).toEqual([])
    const told: number[] = []
    await matchBackRound({ ...later, progress: (_, done) => void told.push(done) })
    expect(told).toEqual([400, 451, 451])
    expect(await ids(store, 'oil')).toEqual(['s450'])
  })

  test('lets others have their turn between statements', async () => {
    const kit = await opened()
    await using store = kit.store
    await record(store, filler(200))
    await add(store, aClaim({ id: 'soup', text: 'The cooking club writes about soup.' }))
    await takeClaimsOver(kit)
    let turns = 0
    let isDone = false
    const others = (async () => {
      while (!isDone) {
        turns += 1
        await new Promise(setImmediate)
      }
    })()
    await matchBackRound(kit)
    isDone = true
    await others
    expect(turns).toBeGreaterThan(30)
  })
})

test('an entity that is new is read in what is on record, and what it said meets the claims', async () => {
  const kit = await opened([aClaim({ id: 'oil', text: OIL })])
  await using store = kit.store
  const text = 'Mira Sol spoke in the town hall. “The lamps of Ellery are lit by whale oil,” Mira Sol said.'
  const facts = { sourceId: 's', keys: ['d'], backlog: false, sample: false, now: now() }
  await store.documents.put(aDocument({ id: 'd', text }), facts)
  await analyseStored(kit)
  expect(await store.statements.ofDocument('d')).toEqual([])
  const none = { aliases: [], handles: [], roles: [], near: [], notNear: [], relations: [] }
  await store.entities.put({ id: 'mira', kind: 'person', name: 'Mira Sol', owner: 'guild-1', ...none })
  await trackAgain(kit, { words: ['Mira Sol'] })
  await analyseStored(kit)
  const found = await store.seenBy('guild-1').statements.byClaim('oil', 9)
  expect(found).toMatchObject([{ statement: { speaker: { name: 'Mira Sol' } }, matches: [{ decision: 'match' }] }])
})
