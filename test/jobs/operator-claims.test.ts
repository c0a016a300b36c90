import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import pino from 'pino'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openOperatorClaims } from '../../src/jobs/operator-claims.ts'
import type { Claim } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
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
  { level: 'info' },
  new Writable({
    write(chunk, _, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  }),
)
const told = () => lines.map(({ msg }) => msg)
let dataFolder: string
beforeEach(() => {
  lines = []
  dataFolder = scratch()
})
const none = { claims: {} as never }
const open = (active: Claim[], more: object = {}) => openOperatorClaims(active, { dataFolder, ...more }, none, log)
const answers = async (opened: ReturnType<typeof open>) =>
  Promise.all(
    asked.map(async (text) => (await opened.match(text, { top: 3 })).map(({ claimId, score }) => [claimId, score])),
  )

describe('the index that is kept beside the store', () => {
  let expected: Awaited<ReturnType<typeof answers>>
  beforeAll(async () => {
    dataFolder = 'nowhere'
    expected = await answers(open(claims))
  })

  test('answers as the one that was built, in whatever order the claims come', async () => {
    open(claims).keep()
    expect(await answers(open(claims.toReversed()))).toEqual(expected)
    expect(told()).toEqual(['the kept index of claims is used'])
  })

  test.each([
    ['a flipped byte', (bytes: Buffer) => bytes.fill(bytes.at(-900)! ^ 1, bytes.length - 900, bytes.length - 899)],
    ['half of it', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['nothing', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('{"magic":"onrecord-claims-3"}\n')],
  ])('is built again from %s', async (_, damage) => {
    open(claims).keep()
    const path = join(dataFolder, 'claims.index')
    writeFileSync(path, damage(readFileSync(path)))
    const opened = open(claims)
    expect(await answers(opened)).toEqual(expected)
    expect(told()).toEqual(['the kept index of claims is damaged, or another version’s: it is built again'])
    opened.keep()
    lines = []
    open(claims)
    expect(told()).toEqual(['the kept index of claims is used'])
  })

  test('is built again where a claim has changed since', async () => {
    open(claims).keep()
    const changed = claims.map((claim) => (claim.id === 'c7' ? { ...claim, text: 'No gull lands in Sorrel.' } : claim))
    const [first] = await open(changed).match('Does no gull land in Sorrel?')
    expect(first?.claimId).toBe('c7')
    expect(told()).toEqual(['the claims have changed since their index was kept: it is built again'])
  })

  test('takes claims in and out while it runs, and is kept with them', async () => {
    const opened = open(claims)
    const gull = aClaim({ id: 'gull', text: 'No gull lands in Sorrel.' })
    opened.add(gull)
    opened.remove('c0')
    opened.keep()
    const later = open([gull, ...claims.slice(1)])
    expect(told()).toEqual(['the kept index of claims is used'])
    expect((await later.match('Does no gull land in Sorrel?'))[0]?.claimId).toBe('gull')
    expect((await later.match(claims[0]!.text)).map(({ claimId }) => claimId)).not.toContain('c0')
  })

  test('that cannot be written is told, and nothing else happens', async () => {
    dataFolder = join(dataFolder, 'nowhere')
    const opened = open(claims)
    opened.keep()
    expect(told()).toEqual(['the index of claims could not be kept'])
    expect(await answers(opened)).toEqual(expected)
  })
})

test('with more claims than are wanted in memory, the store’s full text finds the candidates', async () => {
  await using store = await openStore({ dataFolder })
  await store.claims.configure(claims)
  const opened = openOperatorClaims(claims, { dataFolder, claimsInMemory: 100 }, store, log)
  const firsts = await Promise.all(asked.map(async (text) => (await opened.match(text))[0]?.claimId))
  expect(firsts).toEqual(claims.filter((_, i) => i % 97 === 0).map(({ id }) => id))
  opened.remove(firsts[0]!)
  expect((await opened.match(asked[0]!)).map(({ claimId }) => claimId)).not.toContain(firsts[0])
  expect(await opened.match('🦊 🦊')).toEqual([])
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

describe('an encoder from the config', () => {
  const doubtful = 'Somebody in Kestrel says that some bridge there may have been painted'

  test('is asked where words leave doubt, with its key', async () => {
    const service = await serving()
    const opened = open(claims, { encoder: { address: service.address, model: 'm' }, encoderKey: 'secret' })
    const [first] = await opened.match(doubtful)
    expect(service.keys[0]).toBe('Bearer secret')
    expect(first?.score).not.toBe((await open(claims).match(doubtful))[0]?.score)
    await service.close()
  })

  test('that does not answer is told once, and words alone are matched', async () => {
    const service = await serving()
    await service.close()
    const opened = open(claims, { encoder: { address: service.address, model: 'm' } })
    const byWords = await open(claims).match(doubtful)
    for (let i = 0; i < 3; i++) expect(await opened.match(doubtful)).toEqual(byWords)
    expect(told()).toEqual([
      'the encoder of claims does not work: claims are matched by their words alone until it does',
    ])
  })

  test.each([
    ['without the package', () => scratch(), 'npm install @huggingface/transformers'],
    ['that is not there', () => join(scratch(), 'nowhere'), 'there is no such folder'],
  ])('of a folder %s says so once, and words alone are matched', async (_, folder, words) => {
    const opened = open(claims, { encoder: { folder: folder() } })
    expect(await opened.match(doubtful)).toEqual(await open(claims).match(doubtful))
    expect(lines).toHaveLength(1)
    expect(JSON.stringify(lines)).toContain(words)
  })
})
