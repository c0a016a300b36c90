import { analyseStored } from '../../src/jobs/analyse.ts'
import { openReader } from '../../src/jobs/reader.ts'
import type { Document } from '../../src/model.ts'
import { type FeedKit, feedKit } from './feed-kit.ts'
import type { TestServer } from './http-server.ts'
import { aDocument } from './nouns.ts'

type Wish = {
  findCopies?: boolean
  archiveKey?: string
  backlog?: boolean
  owner?: string
  others?: Partial<Document>[]
}

/** A record with one reported article (and others), and a program that takes this server for the Wayback Machine. */
export async function reported(
  server: TestServer,
  { findCopies = true, archiveKey, backlog = false, owner, others = [] }: Wish = {},
): Promise<FeedKit> {
  const kit = await feedKit([])
  const wayback = { ...kit.config.wayback, findCopies }
  const config = { ...kit.config, waybackUrl: server.url, wayback, archiveKey: archiveKey ?? null }
  const reader = openReader(config, { hostGapMs: 0 })
  const article = {
    id: 'a',
    url: 'https://harbour.example/ferry',
    published: '2026-03-02T09:00:00.000Z',
    text: '“We will pay,” Mira Sol said of Cloudflare.',
    archivedAt: [],
  }
  const facts = { sourceId: 's', keys: [], backlog, sample: false, now: kit.clock.now, owner }
  for (const one of [{}, ...others]) await kit.store.documents.put(aDocument({ ...article, ...one }), facts)
  await analyseStored(kit)
  return {
    ...kit,
    config,
    reader,
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]()
      await kit[Symbol.asyncDispose]()
    },
  }
}
