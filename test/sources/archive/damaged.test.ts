import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Problem } from '../../../src/model.ts'
import { readLocalFile } from '../../../src/sources/file.ts'
import { createParsers, type Parsers } from '../../../src/sources/parsers.ts'
import { scratch } from '../../support/scratch.ts'
import { zipOf } from '../../support/zip.ts'

let parsers: Parsers
beforeAll(() => {
  parsers = createParsers({ size: 1 })
})
afterAll(() => parsers.close())

const ID = 2028730275483095040n
const line = (i: number) =>
  `${JSON.stringify({ created_at: 'Tue Mar 03 07:12:44 +0000 2026', id_str: String(ID + BigInt(i)), full_text: `Post ${i}`, user: { id_str: '9', screen_name: 'tide' } })}\n`
const script = (...posts: string[]) =>
  `window.YTD.tweets.part0 = [${posts.map((post) => `{"tweet":${post.trim()}}`).join(',')}]`

async function reading(name: string, content: string | Buffer) {
  const path = join(scratch(), name)
  writeFileSync(path, content)
  const texts: (string | null)[] = []
  const problems: Problem[] = []
  for await (const read of readLocalFile(path, parsers)) {
    if ('item' in read) texts.push(read.item.text)
    else if ('problem' in read) problems.push({ ...read.problem, where: read.problem.where.replace(`${path}, `, '') })
  }
  return { texts, problems }
}

describe('one problem line, and the rest is read:', () => {
  test('a line that is no JSON', async () => {
    const { texts, problems } = await reading('a.jsonl', `${line(1)}{"id_str":\n${line(2)}`)
    expect(texts).toEqual(['Post 1', 'Post 2'])
    expect(problems).toMatchObject([
      { where: `line 2, byte ${line(1).length}`, reason: expect.stringMatching(/no JSON/) },
    ])
  })
  test('HTML where JSON was promised', async () => {
    const { texts, problems } = await reading('a.jsonl', `${line(1)}<html><body>Busy</body></html>\n${line(2)}`)
    expect(texts).toEqual(['Post 1', 'Post 2'])
    expect(problems).toMatchObject([{ where: `line 2, byte ${line(1).length}` }])
  })
  test('a line of 100 MB', async () => {
    const long = `{"text":"${'x'.repeat(100_000_000)}"}\n`
    const { texts, problems } = await reading('a.jsonl', line(1) + long + line(2))
    expect(texts).toEqual(['Post 1', 'Post 2'])
    expect(problems).toMatchObject([
      { where: `line 2, byte ${line(1).length}`, reason: expect.stringMatching(/longer than 16 MB/) },
    ])
  })
  test('a line of 100 MB that is packed small', async () => {
    const long = `{"text":"${'x'.repeat(100_000_000)}"}\n`
    const { texts, problems } = await reading('a.jsonl.gz', gzipSync(line(1) + long + line(2)))
    expect(texts).toEqual(['Post 1', 'Post 2'])
    expect(problems).toMatchObject([{ where: `line 2, byte ${line(1).length}` }])
  })
  test('a gzip that is cut', async () => {
    const packed = gzipSync(Array.from({ length: 3000 }, (_, i) => line(i)).join(''))
    const { texts, problems } = await reading('a.jsonl.gz', packed.subarray(0, packed.length - 200))
    expect(texts.length).toBeGreaterThan(2000)
    expect(problems).toMatchObject([{ where: expect.stringMatching(/^after line \d+$/) }])
  })
  test('a member whose bytes are damaged', async () => {
    const bytes = zipOf({
      'data/tweets.js': script(line(1)),
      'data/tweets-part1.js': script(line(2), line(3)),
      'data/tweets-part2.js': script(line(4)),
    })
    const at = bytes.indexOf('data/tweets-part1.js') + 'data/tweets-part1.js'.length
    bytes.fill(0xff, at + 4, at + 30)
    const { texts, problems } = await reading('a.zip', bytes)
    expect(texts).toEqual(['Post 1', 'Post 4'])
    expect(problems).toHaveLength(1)
    expect(problems[0]?.where).toContain('data/tweets-part1.js')
  })
  test('a path that climbs out', async () => {
    const { texts, problems } = await reading(
      'a.zip',
      zipOf({ '../data/tweets.js': script(line(1)), 'data/tweets.js': script(line(2)) }),
    )
    expect(texts).toEqual(['Post 2'])
    expect(problems).toMatchObject([{ where: '../data/tweets.js', reason: expect.stringMatching(/leads out/) }])
  })
  test('a member that unpacks to far more than a post', async () => {
    const bomb = `window.YTD.tweets.part0 = [{"tweet":{"id_str":"1","full_text":"${'0'.repeat(200_000_000)}"}}]`
    const { texts, problems } = await reading(
      'a.zip',
      zipOf({ 'data/tweets.js': bomb, 'data/tweets-part1.js': script(line(2)) }),
    )
    expect(texts).toEqual(['Post 2'])
    expect(problems).toMatchObject([{ where: 'data/tweets.js, item 1', reason: expect.stringMatching(/too long/) }])
  })
})
