import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test, vi } from 'vitest'
import type { Digest, Document } from '../../src/model.ts'
import { run } from '../support/onrecord.ts'
import { scratch } from '../support/scratch.ts'
import { shared, sharedIsMissing } from '../support/shared.ts'
import { startWayback, type WaybackServer } from '../support/wayback-server.ts'
import { warcOf, zipOf } from '../support/zip.ts'

// Each starts the real program more than once.
vi.setConfig({ testTimeout: 120_000 })

type Post = {
  id_str: string
  full_text: string
  created_at: string
  user: { id_str: string; screen_name: string; name: string }
}
/** Two posts by two authors, and a news article as plain text in which both are embedded. */
type Story = { posts: Post[]; article: string; times: string[] }

const KINDS = ['article', 'json-lines', 'personal-archive', 'warc', 'wayback'] as const
type Kind = (typeof KINDS)[number]

const invented: Story = {
  posts: [
    {
      id_str: '2028730275483095040',
      full_text: 'Switch the harbour cameras off tonight. https://t.co/Ab1cdEf2gh #PortEllery',
      created_at: 'Tue Mar 03 07:12:44 +0000 2026',
      user: { id_str: '9', screen_name: 'tidewatch_demo', name: 'Tidewatch' },
    },
    {
      id_str: '2029265659027787777',
      full_text: 'The cameras are ours and we will not switch them off. #PortEllery',
      created_at: 'Wed Mar 04 18:40:09 +0000 2026',
      user: { id_str: '12', screen_name: 'harbourlight_x', name: 'Harbour Light' },
    },
  ],
  article: `The quarrel over cameras at Port Ellery went on through the week.

Tidewatch (@tidewatch_demo)
Switch the harbour cameras off tonight.https://t.co/Ab1cdEf2gh <https://t.co/Ab1cdEf2gh> #PortEllery
<https://twitter.com/hashtag/PortEllery?src=hash>
 <https://twitter.com/tidewatch_demo/status/2028730275483095040> March 3, 2026
<https://twitter.com/tidewatch_demo/status/2028730275483095040>
Harbour Light (@harbourlight_x)
The cameras are ours and we will not switch them off. #PortEllery
<https://twitter.com/hashtag/PortEllery?src=hash>
 <https://twitter.com/harbourlight_x/status/2029265659027787777> March 4, 2026
<https://twitter.com/harbourlight_x/status/2029265659027787777>

Nobody from the town hall was there.
`,
  times: ['2026-03-03T07:12:44.318Z', '2026-03-04T18:40:09.702Z'],
}

function realStory(): Story {
  const lines = readFileSync(shared('data/seeds/tweets.v1.jsonl') ?? '', 'utf8')
  return {
    posts: lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Post),
    article: readFileSync(shared('data/seeds/002_70583033f8832938.txt') ?? '', 'utf8'),
    times: ['2015-11-18T19:23:05.310Z', '2015-11-19T00:44:01.619Z'],
  }
}

const scriptOf = (post: Post) => {
  const { user, ...own } = post
  return {
    'data/account.js': `window.YTD.account.part0 = ${JSON.stringify([{ account: { username: user.screen_name, accountId: user.id_str, accountDisplayName: user.name } }])}`,
    'data/tweets.js': `window.YTD.tweets.part0 = ${JSON.stringify([{ tweet: own }])}`,
  }
}

const capturesOf = ({ posts }: Story) =>
  posts.map((post) => ({
    original: `https://twitter.com/${post.user.screen_name}/status/${post.id_str}`,
    timestamp: '20260401090000',
    mimetype: 'application/json',
    body: JSON.stringify(post),
  }))

/** Lays out what one kind of source holds of the story. @returns its addresses */
function laidOut(kind: Kind, story: Story, folder: string): string[] {
  const keep = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  if (kind === 'article') return [keep('article.txt', story.article)]
  if (kind === 'json-lines')
    return [keep('posts.jsonl', story.posts.map((post) => `${JSON.stringify(post)}\n`).join(''))]
  if (kind === 'personal-archive') return story.posts.map((post, i) => keep(`export-${i}.zip`, zipOf(scriptOf(post))))
  if (kind === 'warc')
    return [
      keep(
        'crawl.warc',
        warcOf(capturesOf(story).map(({ original, body }) => ({ address: original, type: 'application/json', body }))),
      ),
    ]
  return story.posts.map(({ user }) => `wayback:twitter.com/${user.screen_name}`)
}

type Outcome = { digest: Digest; documents: Document[] }

/** Runs the program once over these kinds of sources. */
async function told(kinds: readonly Kind[], story: Story, server: WaybackServer): Promise<Outcome> {
  const folder = scratch()
  const addresses = kinds.flatMap((kind) => laidOut(kind, story, folder))
  const entities = story.posts.map(({ user }, i) => ({
    id: `voice-${i}`,
    name: user.name.concat(i ? ' Group' : ''),
    kind: 'group',
    handles: [user.screen_name],
  }))
  const config = {
    firstPollItems: 50,
    wayback: { indexGapSeconds: 0.02, captureGapSeconds: 0.02 },
    sources: addresses.map((address) => ({ address })),
    entities,
    subscriptions: [{ id: 'desk', schedule: '0 8 * * *' }],
  }
  writeFileSync(join(folder, 'onrecord.yaml'), JSON.stringify(config))
  const paths = ['--config', join(folder, 'onrecord.yaml'), '--data', join(folder, 'data')]
  const env = { WAYBACK_URL: server.url, ALLOW_ADDRESSES: '127.0.0.0/8' }
  const first = await run(['run', '--once', ...paths], { env })
  expect(first).toMatchObject({ code: 0 })
  const { out } = await run(['digest', '--since', '1h', '--format', 'json', ...paths], { env })
  const db = new DatabaseSync(join(folder, 'data/onrecord.sqlite'), { readOnly: true })
  const rows = db.prepare("select body from documents where kind = 'post' order by id").all() as { body: string }[]
  db.close()
  return { digest: JSON.parse(out) as Digest, documents: rows.map(({ body }) => JSON.parse(body) as Document) }
}

const entriesOf = ({ claims, unmatched }: Digest) =>
  [...claims.flatMap(({ speakers }) => speakers), ...unmatched]
    .flatMap(({ entries }) => entries)
    .filter(({ reports }) => reports.some(({ kind }) => kind === 'post'))

describe.each([
  ['an invented story', () => invented, false],
  ['the real story', realStory, sharedIsMissing],
] as const)('the two posts of %s', (_, tell, missing) => {
  const story = missing ? invented : tell()
  const ids = story.posts.map(({ id_str }) => `twitter:${id_str}`).sort()

  test.skipIf(missing).each(KINDS)('reach the digest from %s alone', async (kind) => {
    await using server = await startWayback()
    server.hold(...capturesOf(story))
    const { digest, documents } = await told([kind], story, server)
    expect(documents.map(({ id }) => id).sort()).toEqual(ids)
    expect(documents.map(({ published }) => published).sort()).toEqual(story.times)
    for (const document of documents) expect(document.publishedFrom).toBe('snowflake')
    const entries = entriesOf(digest)
    expect(entries.map(({ said }) => said).sort()).toEqual(story.times)
    expect(entries.map(({ speaker }) => speaker?.entityId).sort()).toEqual(['voice-0', 'voice-1'])
  })

  test.skipIf(missing)(
    'are one record each out of all of them, with every provenance and the archived copy',
    async () => {
      await using server = await startWayback()
      server.hold(...capturesOf(story))
      const { digest, documents } = await told(KINDS, story, server)
      expect(documents.map(({ id }) => id).sort()).toEqual(ids)
      for (const { provenance, archivedAt, editions, text, post } of documents) {
        const places = provenance.map(({ source }) => source)
        for (const wanted of [/article\.txt$/, /posts\.jsonl$/, /export-\d\.zip$/, /crawl\.warc$/, /^wayback:/])
          expect(places).toEqual(expect.arrayContaining([expect.stringMatching(wanted)]))
        expect(archivedAt).toMatchObject([{ capturedAt: '2026-04-01T09:00:00.000Z' }])
        expect(editions ?? []).toEqual([])
        expect(post?.textStatus).toBe('full')
        expect(story.posts.map(({ full_text }) => full_text)).toContain(text)
      }
      const entries = entriesOf(digest)
      expect(entries).toHaveLength(2)
      for (const entry of entries) expect(entry.reports.filter(({ kind }) => kind === 'post')).toHaveLength(1)
    },
  )
})
