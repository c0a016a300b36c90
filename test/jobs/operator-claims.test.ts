import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { Writable } from 'node:stream'
import { promisify } from 'node:util'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createMatcher } from '../../src/claims/match-claims.ts'
import { openOperatorClaims } from '../../src/jobs/operator-claims.ts'
import type { Claim } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aClaim } from '../support/nouns.ts'
import { scratch } from '../support/scratch.ts'

const THINGS = ['bridge', 'harbour', 'opera', 'reservoir', 'ferry', 'lamp', 'wolf', 'bakery', 'tunnel', 'market']
const PLACES = ['Ellery', 'Kestrel', 'Dunmore', 'Varga', 'Tarn', 'Holm', 'Quill', 'Sorrel', 'Wexby', 'Ashdown']
const DEEDS = ['closed', 'was sold', 'burned down', 'was painted red', 'opened early', 'lost its roof']
/** Claims that no two of say the same. */
const claims: Claim[] = Array.from({ length: 2100 }, (_, i) =>
  aClaim({
    id: `c${i}`,
    text: `The ${THINGS[i % 10]} of ${PLACES[Math.floor(i / 10) % 10]} ${DEEDS[Math.floor(i / 100) % 6]} in year ${1500 + i}.`,
  }),
)
const asked = claims.filter((_, i) => i % 97 === 0).map(({ text }) => text.replace('The', 'They say the'))

let lines: { msg: string; level: number }[] = []
const log = pino(
  { level: 'debug' },
  new Writable({
    write(chunk, _, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  }),
)
const told = () => lines.map(({ msg }) => msg)
const going = new AbortController().signal
const USED = 'the kept index of claims is used'
const DAMAGED = 'the kept index of claims is damaged, or another version’s: it is built again'
const CHANGED = 'the claims have changed since their index was kept: it is built again'
const BUILT = 'the index of claims is built'
let dataFolder: string
let store: Store
beforeEach(async () => {
  lines = []
  dataFolder = scratch()
  store = await openStore({ dataFolder })
})
afterEach(() => store[Symbol.asyncDispose]())

const now = '2026-03-02T12:00:00.000Z'
const add = (some: Claim[]) =>
  store.transaction((tx) =>
    tx.claims.add(
      some.map((claim) => ({ claim, key: claim.text })),
      { merge: (_, other) => other, by: 'test', now },
    ),
  )
const open = async (more: object = {}, configured: Claim[] = []) =>
  openOperatorClaims({ configured, change: await store.claims.lastChange() }, { dataFolder, ...more }, store, log)
type Opened = Awaited<ReturnType<typeof open>>
const answers = async (opened: Opened) =>
  Promise.all(
    asked.map(async (text) => (await opened.match(text, { top: 3 })).map(({ claimId, score }) => [claimId, score])),
  )
/** As answered from a matcher that holds all of them. */
const direct = (known: Claim[]) => {
  const matcher = createMatcher(known)
  return asked.map((text) => matcher.match(text, { top: 3 }).map(({ claimId, score }) => [claimId, score]))
}
const byId = claims.toSorted((a, b) => (a.id < b.id ? -1 : 1))
const gull = aClaim({ id: 'gull', text: 'No gull lands in Sorrel.' })
const first = async (opened: Opened, text: string) => (await opened.match(text))[0]?.claimId
const kept = () => join(dataFolder, 'claims.index')

describe('the index that is kept beside the store', () => {
  test('answers as one that was built just now, and reads from the store what is ranked', async () => {
    await add(claims)
    const opened = await open()
    await opened.prepare(going)
    expect(told()).toEqual([BUILT])
    expect(statSync(kept()).mode & 0o777).toBe(0o600)
    const again = await open()
    expect(told()).toEqual([BUILT, USED])
    expect(await answers(again)).toEqual(direct(byId))
  })

  test.each([
    ['a flipped byte', (bytes: Buffer) => bytes.fill(bytes.at(-900)! ^ 1, bytes.length - 900, bytes.length - 899)],
    ['half of it', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['nothing', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('{"magic":"onrecord-claims-3"}\n')],
    [
      'an earlier version',
      (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace('claims-3', 'claims-2'), 'latin1'),
    ],
  ])('is built again from %s, the store’s full text answering meanwhile', async (_, damage) => {
    await add(claims)
    await (await open()).prepare(going)
    writeFileSync(kept(), damage(readFileSync(kept())))
    lines = []
    const opened = await open()
    expect(told()).toEqual([DAMAGED])
    expect(await first(opened, asked[3]!)).toBe(claims[97 * 3]!.id)
    await opened.prepare(going)
    expect(await answers(opened)).toEqual(direct(byId))
    await open()
    expect(told()).toEqual([DAMAGED, BUILT, USED])
  })

  test('is brought up to date with what changed since', async () => {
    await add(claims)
    await (await open()).prepare(going)
    await add([gull, aClaim({ id: 'own', text: 'No owl lands in Sorrel.', owner: 'guild-1' })])
    await store.claims.edit({ ...claims[0]!, status: 'retired' }, { by: 'test', now })
    await store.claims.edit({ ...claims[1]!, text: 'Every otter of Tarn is counted.' }, { by: 'test', now })
    lines = []
    const opened = await open()
    expect(told()).toEqual([USED])
    expect(await first(opened, 'Does no gull land in Sorrel?')).toBe('gull')
    expect(await first(opened, 'Is every otter of Tarn counted?')).toBe(claims[1]!.id)
    const found = await opened.match(claims[0]!.text)
    expect(found.map(({ claimId }) => claimId)).not.toContain('c0')
  })

  test('is built again where the config’s claims are others, or the record is another', async () => {
    await add(claims)
    await (await open()).prepare(going)
    lines = []
    expect(await first(await open({}, [gull]), 'Does no gull land in Sorrel?')).toBe('gull')
    expect(told()).toEqual([CHANGED])
    const bytes = readFileSync(kept())
    await store[Symbol.asyncDispose]()
    dataFolder = scratch()
    store = await openStore({ dataFolder })
    await add(claims.toReversed())
    writeFileSync(kept(), bytes)
    await open()
    expect(told()).toEqual([CHANGED, CHANGED])
  })

  test('takes claims in and out while it runs and while it is built, and is kept with them', async () => {
    await add(claims)
    const opened = await open()
    const building = opened.prepare(going)
    await add([gull])
    await store.claims.edit({ ...claims[0]!, status: 'retired' }, { by: 'test', now })
    opened.take([gull, { ...claims[0]!, status: 'retired' }], await store.claims.lastChange())
    await building
    const otter = aClaim({ id: 'otter', text: 'Every otter of Tarn is counted.' })
    await add([otter])
    opened.take([otter], await store.claims.lastChange())
    await opened.keep()
    lines = []
    const later = await open()
    expect(lines).toMatchObject([{ msg: USED, changed: 0 }])
    for (const one of [opened, later]) {
      expect(await first(one, 'Does no gull land in Sorrel?')).toBe('gull')
      expect(await first(one, 'Is every otter of Tarn counted?')).toBe('otter')
      expect((await one.match(claims[0]!.text)).map(({ claimId }) => claimId)).not.toContain('c0')
    }
  })

  test('forgets a claim that is gone from the store without a trace', async () => {
    await add([...claims, gull])
    await (await open()).prepare(going)
    const opened = await open()
    // The config takes it over, and lets go of it.
    await store.claims.configure([gull])
    await store.claims.configure([])
    expect((await opened.match('Does no gull land in Sorrel?')).map(({ claimId }) => claimId)).not.toContain('gull')
  })

  test('is written whole by several processes at once', async () => {
    await add(claims)
    await (await open()).prepare(going)
    const expected = readFileSync(kept())
    const writer = `import { readFileSync } from 'node:fs'
      import { writeClaimIndex } from ${JSON.stringify(resolve('src/store/claim-index-file.ts'))}
      const bytes = readFileSync(${JSON.stringify(kept())})
      for (let i = 0; i < 20; i++) writeClaimIndex(${JSON.stringify(dataFolder)}, bytes)`
    const done = [1, 2].map(() => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', writer]))
    for (let isDone = false; !isDone; ) {
      expect(readFileSync(kept()).equals(expected)).toBe(true)
      isDone = await Promise.race([
        Promise.all(done).then(() => true),
        new Promise<false>((next) => setImmediate(next, false)),
      ])
    }
    expect(readdirSync(dataFolder).filter((name) => name.endsWith('.new'))).toEqual([])
    expect(await answers(await open())).toEqual(direct(byId))
  })

  test('that cannot be written is told, and nothing else happens', async () => {
    await add(claims)
    const opened = await open({ dataFolder: join(dataFolder, 'nowhere') })
    await opened.prepare(going)
    expect(told()).toEqual([BUILT, 'the index of claims could not be kept'])
    expect(await answers(opened)).toEqual(direct(byId))
  })

  test('is not built to its end where the process is to stop', async () => {
    await add(claims)
    const opened = await open()
    await opened.prepare(AbortSignal.abort())
    expect(told()).toEqual([])
    expect(await first(opened, asked[3]!)).toBe(claims[97 * 3]!.id)
  })
})

test('with more claims than are wanted in memory, the store’s full text finds the candidates', async () => {
  await add(claims)
  const opened = await open({ claimsInMemory: 100 })
  await opened.prepare(going)
  const firsts = await Promise.all(asked.map((text) => first(opened, text)))
  expect(firsts).toEqual(direct(byId).map(([best]) => best?.[0]))
  await store.claims.edit({ ...claims[0]!, status: 'retired' }, { by: 'test', now })
  expect((await opened.match(asked[0]!)).map(({ claimId }) => claimId)).not.toContain(firsts[0])
  expect(await opened.match('🦊 🦊')).toEqual([])
  expect(told()).toEqual([])
})

/** A service of embeddings on loopback: the vector of a text are the places of its letters. */
async function serving() {
  const keys: (string | undefined)[] = []
  const server = createServer(async (request, response) => {
    keys.push(request.headers.authorization)
    const { input } = JSON.parse(Buffer.concat(await request.toArray()).toString()) as { input: string[] }
    const data = input.map((text, index) => ({
      index,
      embedding: Array.from({ length: 26 }, (_, i) => text.toLowerCase().split(String.fromCharCode(97 + i)).length),
    }))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/embeddings`
  return { keys, address, close: () => new Promise((closed) => server.close(closed)) }
}

/** With its index in memory. */
async function ready(more: object = {}): Promise<Opened> {
  const opened = await open(more)
  await opened.prepare(going)
  return opened
}

describe('an encoder from the config', () => {
  const doubtful = 'Somebody in Kestrel says that some bridge there may have been painted'

  test('is asked where words leave doubt, with its key', async () => {
    const service = await serving()
    await add(claims)
    const opened = await ready({
      allowAddresses: ['127.0.0.0/8'],
      encoder: { url: service.address, model: 'm' },
      encoderKey: 'secret',
    })
    const [first] = await opened.match(doubtful)
    expect(service.keys[0]).toBe('Bearer secret')
    expect(first?.score).not.toBe((await (await ready()).match(doubtful))[0]?.score)
    await service.close()
  })

  test('that does not answer is told once, and words alone are matched', async () => {
    const service = await serving()
    await service.close()
    await add(claims)
    const opened = await ready({ allowAddresses: ['127.0.0.0/8'], encoder: { url: service.address, model: 'm' } })
    const byWords = await (await ready()).match(doubtful)
    lines = []
    for (let i = 0; i < 3; i++) expect(await opened.match(doubtful)).toEqual(byWords)
    expect(told()).toEqual([
      'the encoder of claims does not work: claims are matched by their words alone until it does',
    ])
  })

  test.each([
    ['without the package', () => scratch(), 'npm install @huggingface/transformers'],
    ['that is not there', () => join(scratch(), 'nowhere'), 'there is no such folder'],
  ])('of a folder %s says so once, and words alone are matched', async (_, folder, words) => {
    await add(claims)
    const opened = await ready({ encoder: { folder: folder() } })
    lines = []
    expect(await opened.match(doubtful)).toEqual(await (await ready()).match(doubtful))
    lines = lines.filter(({ level }) => level > 30)
    expect(lines).toHaveLength(1)
    expect(JSON.stringify(lines)).toContain(words)
  })
})
