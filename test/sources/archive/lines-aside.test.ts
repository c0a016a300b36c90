import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Read, readJsonBatches, readLines, sealed } from '../../../src/sources/archive/json-lines.ts'
import { linesAside } from '../../../src/sources/archive/lines-aside.ts'
import { type Packing, unpacked } from '../../../src/sources/archive/unpack.ts'
import { readLocalFile } from '../../../src/sources/file.ts'
import { createParsers, type Parsers } from '../../../src/sources/parsers.ts'
import { scratch } from '../../support/scratch.ts'

let parsers: Parsers
beforeAll(() => {
  parsers = createParsers({ size: 1 })
})
afterAll(() => parsers.close())

const ID = 2028730275483095040n
const post = (i: number, text = `Post ${i} of the “harbour”\n\tand \\ its é`) =>
  JSON.stringify({
    created_at: 'Tue Mar 03 07:12:44 +0000 2026',
    id_str: String(ID + BigInt(i)),
    full_text: text,
    user: { id_str: String(i % 7), screen_name: `keeper_${i % 7}` },
    entities: { hashtags: [{ text: 'quay', indices: [0, 5] }] },
  })
/** Posts and whatever else a collection holds, several batches long. */
const mixed = () =>
  Buffer.from(
    Array.from({ length: 6000 }, (_, i) => {
      if (i % 500 === 7) return '{"id_str":'
      if (i % 500 === 8) return JSON.stringify({ delete: { status: { id_str: String(ID + BigInt(i)) } } })
      if (i % 500 === 9) return ''
      if (i % 500 === 10) return '{"some":"thing else"}'
      return post(i, i % 900 === 1 ? 'x'.repeat(20_000 + i) : undefined)
    }).join('\n'),
  )

function fileOf(name: string, bytes: Buffer): string {
  const path = join(scratch(), name)
  writeFileSync(path, bytes)
  return path
}

async function all(batches: AsyncIterable<Read[]>): Promise<Read[]> {
  const found: Read[] = []
  // What the bytes are is told as soon as they are given: they hold no longer.
  for await (const reads of batches)
    for (const read of reads) {
      if ('item' in read) sealed(read)
      const { raw: _, ...kept } = read as Read & { raw?: Buffer }
      found.push(kept as Read)
    }
  return found
}

async function bothWays(path: string, packing: Packing, { follow = [] as string[], afterLine = 0 } = {}) {
  const here = await all(readJsonBatches(unpacked(path, packing), path, { follow, afterLine }))
  const aside = await all(readLines(linesAside({ path, packing, follow, afterLine }), path, { follow, afterLine }))
  return { here, aside }
}

test.each<[string, Packing, (bytes: Buffer) => Buffer, { follow?: string[]; afterLine?: number }]>([
  ['plain', 'none', (bytes: Buffer) => bytes, {}],
  ['gzip', 'gzip', gzipSync, {}],
  ['zstd', 'zstd', zstdCompressSync, {}],
  ['one author', 'gzip', gzipSync, { follow: ['keeper_3'] }],
  ['from the middle', 'gzip', gzipSync, { afterLine: 3210 }],
  ['a cut gzip', 'gzip', (bytes: Buffer) => gzipSync(bytes).subarray(0, -300), {}],
  [
    'a damaged gzip',
    'gzip',
    (bytes: Buffer) => {
      const packed = gzipSync(bytes)
      return packed.fill(0, packed.length >> 1, (packed.length >> 1) + 40)
    },
    {},
  ],
])('lines found in a thread of their own give what they give here: %s', async (name, packing, pack, options) => {
  const { here, aside } = await bothWays(fileOf('a.jsonl', pack(mixed())), packing, options)
  expect(aside).toEqual(here)
  const items = here.filter((read) => 'item' in read).length
  // Otherwise the test would be about nothing.
  expect(items).toBeGreaterThan(name === 'one author' ? 800 : name === 'a damaged gzip' ? 500 : 2500)
  expect(here.some((read) => 'deleted' in read)).toBe(true)
})

test('a line that is too long, and one of more notes than fit, stand where they stand here', async () => {
  const many = JSON.stringify({
    ...(JSON.parse(post(1)) as object),
    entities: {
      hashtags: Array.from({ length: 20_000 }, (_, i) => ({ text: `t${i}`, indices: [i, i + 1] })),
    },
  })
  const bytes = Buffer.from([post(1), 'x'.repeat(16_000_001), many, post(2)].join('\n'))
  const { here, aside } = await bothWays(fileOf('a.jsonl', gzipSync(bytes)), 'gzip')
  expect(aside).toEqual(here)
  expect(here.map((read) => Object.keys(read)[0])).toEqual(['item', 'problem', 'item', 'item'])
})

test('how far it is is told up to the end of the file', async () => {
  const path = fileOf('a.jsonl.gz', gzipSync(mixed()))
  const told: [number, number][] = []
  const task = { path, packing: 'gzip' as const, follow: ['nobody'], afterLine: 0 }
  for await (const _ of linesAside(task, (read, size) => told.push([read, size])));
  const [read, size] = told.at(-1) ?? []
  expect(read).toBe(size)
  expect(size).toBeGreaterThan(10_000)
})

/** The threads that are started from now on, until the test ends. */
function startedThreads(): Worker[] {
  const started: Worker[] = []
  const note = (worker: Worker) => void started.push(worker)
  process.on('worker', note)
  onTestFinished(() => void process.off('worker', note))
  return started
}

test('whoever stops early ends the thread', async () => {
  const started = startedThreads()
  const task = { path: fileOf('a.jsonl', mixed()), packing: 'none' as const, follow: [], afterLine: 0 }
  for await (const batch of linesAside(task)) {
    expect(batch.length).toBeGreaterThan(1)
    expect(started.map(({ threadId }) => threadId > 0)).toEqual([true])
    break
  }
  // One that has ended has no id.
  expect(started.map(({ threadId }) => threadId)).toEqual([-1])
})

test('a large file is read so, and goes on where it was left', async () => {
  const path = fileOf('large.jsonl', Buffer.concat(Array.from({ length: 3 }, () => Buffer.concat([mixed(), NEWLINE]))))
  const started = startedThreads()
  const ids: string[] = []
  for await (const read of readLocalFile(path, parsers, { from: { line: 5000, reads: 1 } }))
    if ('item' in read) ids.push(read.item.guid ?? '')
  expect(started).toHaveLength(1)
  expect(ids[0]).toContain(String(ID + 5000n))
})
const NEWLINE = Buffer.from('\n')
