import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Digest, DigestEntry, Statement } from '../src/model.ts'
import { run } from './support/onrecord.ts'
import { scratch } from './support/scratch.ts'
import { shared, sharedIsMissing } from './support/shared.ts'

const shipped = resolve(import.meta.dirname, '../config')
const seeds = shared('data/seeds')

/** A config of the five articles and two posts, with the entities and claims that are shipped. */
function seedConfig(): string[] {
  const folder = scratch()
  const main = readFileSync(join(shipped, 'onrecord.yaml'), 'utf8')
  const entities = main.slice(main.indexOf('\nentities:'), main.indexOf('\n# Digests that are printed'))
  const sources = `sources: [{ address: ${seeds}/feed.xml, kind: feed }, { address: ${seeds}/tweets.v1.jsonl }]`
  const rest = `claims: ${shipped}/claims.yaml\nsubscriptions: [{ id: desk, schedule: "0 8 * * *" }]`
  writeFileSync(join(folder, 'onrecord.yaml'), `${sources}\n${rest}\n${entities}\n`)
  return ['--config', join(folder, 'onrecord.yaml'), '--data', join(folder, 'data')]
}

describe.skipIf(sharedIsMissing)('five real articles and two posts', () => {
  test('give a digest with the right speakers, shared quotations once, exact times', async () => {
    const paths = seedConfig()
    const first = await run(['run', '--once', ...paths])
    expect(first.code).toBe(0)
    const { out } = await run(['digest', '--since', '1h', '--format', 'json', ...paths])
    const digest = JSON.parse(out) as Digest
    const groups = [...digest.claims.flatMap(({ speakers }) => speakers), ...digest.unmatched]
    const entries = groups.flatMap((group) => group.entries)
    const speakers = new Set(entries.map(({ speaker }) => speaker?.name))
    for (const name of ['Matthew Prince', 'Anonymous', 'GhostSec', 'Frank Tighe', 'Daniel Brandt'])
      expect(speakers).toContain(name)
    const twice = entries.filter(({ reports }) => reports.length > 1)
    expect(twice.length).toBeGreaterThanOrEqual(4)
    const posts = entries.filter(
      (entry: DigestEntry) => entry.medium === 'post' && entry.reports.some(({ kind }) => kind === 'post'),
    )
    expect(posts.map(({ said }) => said).sort()).toEqual(['2015-11-18T19:23:05.310Z', '2015-11-19T00:44:01.619Z'])
    expect(digest.discrepancies.map(({ members }) => members.map(({ value }) => value).sort())).toEqual([[34, 37]])
    const again = await run(['run', '--once', ...paths])
    expect(again).toMatchObject({ code: 0, out: '' })
  })

  test('hold their statements exactly where extract says', async () => {
    const files = readdirSync(seeds!).filter((file) => file.endsWith('.txt'))
    const { out, code } = await run([
      'extract',
      ...files.map((file) => join(seeds!, file)),
      '--config',
      join(shipped, 'onrecord.yaml'),
    ])
    expect(code).toBe(0)
    const texts = new Map(files.map((file) => [file, readFileSync(join(seeds!, file), 'utf8')]))
    const found = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Statement)
    for (const { documentId, content, start, end } of found)
      expect(texts.get(documentId)?.slice(start, end)).toBe(content)
    const direct = found.filter(({ directness }) => directness === 'direct')
    expect(direct.length).toBeGreaterThanOrEqual(31)
    expect(direct.filter(({ speaker }) => speaker === null)).toEqual([])
  })
})
