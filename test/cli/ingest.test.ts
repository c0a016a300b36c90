import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { ingest, verb } from '../../src/cli/ingest.ts'
import { UsageError } from '../../src/errors.ts'
import { startServer } from '../support/http-server.ts'
import { shared, sharedIsMissing } from '../support/shared.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'onrecord-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function ingesting(...args: string[]) {
  const lines: Record<string, never>[] = []
  const code = await ingest(args, { out: (line) => void lines.push(JSON.parse(line)), err: () => {}, progress: false })
  const documents = lines.filter(({ type }) => type === ('document' as never)) as unknown as Record<string, unknown>[]
  const problems = lines.filter(({ type }) => type === ('problem' as never)) as unknown as {
    where: string
    reason: string
  }[]
  return { code, documents, problems }
}
const file = (name: string, content: string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const POST = JSON.stringify({
  id_str: '2028730275483095040',
  full_text: 'Tide is high',
  created_at: 'Tue Mar 03 07:12:44 +0000 2026',
  user: { screen_name: 'tide_demo', name: 'Tide' },
  lang: 'en',
})

describe('ingest', () => {
  test('prints a document in its agreed shape', async () => {
    const path = file('posts.jsonl', `${POST}\n`)
    const { documents, code } = await ingesting(path)
    expect(code).toBe(0)
    expect(Object.keys(documents[0]!)).toEqual(
      expect.arrayContaining([
        'type',
        'id',
        'kind',
        'url',
        'title',
        'text',
        'author',
        'publisher',
        'published',
        'publishedFrom',
        'language',
        'archivedAt',
        'provenance',
      ]),
    )
    expect(documents[0]).toMatchObject({
      kind: 'post',
      published: '2026-03-03T07:12:44.318Z',
      publishedFrom: 'snowflake',
      provenance: [{ source: path, locator: 'line 1' }],
    })
  })
  test('merges nothing across files', async () => {
    const { documents } = await ingesting(file('a.jsonl', POST), file('b.jsonl', POST))
    expect(documents).toHaveLength(2)
  })
  test('tells a bad file in one line and goes on', async () => {
    const { documents, problems, code } = await ingesting(
      join(folder, 'missing.xml'),
      file('empty.xml', ''),
      file('good.jsonl', POST),
      'http://127.0.0.1:9/feed',
    )
    expect(documents).toHaveLength(1)
    expect(problems.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/no such file/),
      expect.stringMatching(/empty/),
      expect.stringMatching(/not a public one/),
    ])
    expect(code).toBe(0)
  })
  test('fails where nothing could be read, and says what is wrong with its options', async () => {
    expect((await ingesting(join(folder, 'missing.xml'))).code).toBe(1)
    await expect(ingesting()).rejects.toThrow(UsageError)
    await expect(ingesting('x', '--format', 'csv')).rejects.toThrow(UsageError)
    expect(verb.help).toMatch(/--store/)
  })
  test('tells the language where the source does not', async () => {
    const text =
      'Die Fähre zu den äußeren Inseln fährt am Montag wieder, sagte das Hafenamt nach einem Winter voller Reparaturen und Streit.'
    const { documents } = await ingesting(file('de.txt', `${text}\n\n${text}`))
    expect(documents[0]).toMatchObject({ language: 'de', kind: 'article' })
  })
})

describe('--from and --to', () => {
  afterEach(() => vi.unstubAllEnvs())

  test('ask an archive only for that time', async () => {
    await using archive = await startServer()
    archive.on('*', { body: '[]' })
    vi.stubEnv('WAYBACK_URL', archive.url)
    vi.stubEnv('ALLOW_ADDRESSES', '127.0.0.0/8')
    const config = file('quick.yaml', 'wayback: { indexGapSeconds: 0.01, captureGapSeconds: 0.01 }\n')
    const wanted = ['--from', '2015-11', '--to', '2015-12-05', 'wayback:twitter.com/tidewatch_demo']
    const { problems } = await ingesting('--config', config, ...wanted)
    expect(problems).toMatchObject([{ reason: expect.stringContaining('holds no captures') }])
    const asked = archive.arrivals.map(({ path }) => new URL(path, archive.url).searchParams)
    expect(asked.map((query) => [query.get('from'), query.get('to')])).toEqual(Array(3).fill(['201511', '20151205']))
  })

  test.each([
    [['--from', 'spring', 'wayback:twitter.com/tidewatch_demo'], 'is no time'],
    [['--to', '2016', 'posts.jsonl'], 'are for wayback'],
  ])('refuse %j', async (args, words) => {
    await expect(ingesting(...args)).rejects.toThrow(words)
  })
})

describe.skipIf(sharedIsMissing)('ingest of the story', () => {
  test('gives both posts of the plain text article with exact words and times', async () => {
    const { documents } = await ingesting(shared('data', 'seeds', '002_70583033f8832938.txt')!)
    const posts = documents.filter(({ kind }) => kind === 'post')
    const stated = (await ingesting(shared('data', 'seeds', 'tweets.v1.jsonl')!)).documents
    expect(posts.map(({ id, text, published }) => ({ id, text, published }))).toEqual(
      stated.map(({ id, text, published }) => ({ id, text, published })),
    )
    expect(posts.map(({ published }) => published)).toEqual(['2015-11-19T00:44:01.619Z', '2015-11-18T19:23:05.310Z'])
    const article = String(documents[0]?.text)
    // The paragraph behind the posts stays the article's; of the posts' own words nothing does.
    expect(article).toMatch(/\n\nThe Guardian has [^@]*$/)
    for (const { text } of posts) expect(article).not.toContain(String(text).slice(0, 20))
  })
})
