import type { RawItem } from '../../model.ts'
import { readNetworkPosts } from './fediverse.ts'
import { isSnscrape, readSnscrape } from './snscrape.ts'
import { idOf, isTweetV1, readTweetV1 } from './tweet-v1.ts'
import { isPageV2, isTweetV2, readPageV2, readTweetV2 } from './tweet-v2.ts'

type Json = Record<string, unknown>

/** What one JSON value holds: posts, word that a post was deleted, or a sign of life without content. */
export type ReadPosts = { items: RawItem[]; deleted: string[]; known: boolean }

const SIGNS = [
  'limit',
  'scrub_geo',
  'status_withheld',
  'user_withheld',
  'disconnect',
  'warning',
  'friends',
  'user_delete',
  'event',
]

/**
 * Tells the dialect of one JSON value by its shape and reads its posts: v1.1 in all its forms, v2 pages and flattened
 * lines, snscrape, Mastodon, Bluesky, oEmbed, and lists or search answers of these.
 *
 * @param owner whose archive it is, where posts do not name their author
 * @returns `known: false` where it is none of them
 */
export function readPosts(
  value: unknown,
  provenance: RawItem['provenance'],
  owner: RawItem['author'] = null,
): ReadPosts {
  if (Array.isArray(value)) return gathered(value, provenance)
  if (typeof value !== 'object' || value === null) return { items: [], deleted: [], known: false }
  const json = value as Json
  const found = (items: RawItem[]) => ({ items, deleted: [], known: true })
  if (isSnscrape(json)) return found(readSnscrape(json, provenance))
  if (isTweetV2(json)) return found(readTweetV2(json, provenance))
  if (isTweetV1(json)) return found(readTweetV1(json, provenance, owner))
  if (isPageV2(json)) return found(readPageV2(json, provenance))
  if (Array.isArray(json.statuses)) return gathered(json.statuses, provenance)
  const removed = deletedId(json.delete)
  if (removed) return { items: [], deleted: [`twitter:${removed}`], known: true }
  if (typeof json.tweet === 'object') return readPosts(json.tweet, provenance)
  const network = readNetworkPosts(json, provenance)
  if (network) return found(network)
  const embed = readOembed(json, provenance)
  if (embed) return found([embed])
  return { items: [], deleted: [], known: SIGNS.some((sign) => sign in json) }
}

function gathered(values: unknown[], provenance: RawItem['provenance']): ReadPosts {
  const all = values.map((value, i) => {
    const locator = [provenance.locator, `item ${i + 1}`].filter(Boolean).join(', ')
    return readPosts(value, { ...provenance, locator })
  })
  return {
    items: all.flatMap(({ items }) => items),
    deleted: all.flatMap(({ deleted }) => deleted),
    known: all.some(({ known }) => known) || values.length === 0,
  }
}

function deletedId(value: unknown): string | null {
  const status = (value as Json | undefined)?.status as Json | undefined
  return status ? idOf(status.id_str, status.id) : null
}

/** An oEmbed answer shows the post as an article would: its markup is read as one. */
function readOembed(json: Json, provenance: RawItem['provenance']): RawItem | null {
  const { html, url, provider_name: provider } = json
  if (typeof html !== 'string' || typeof url !== 'string' || typeof provider !== 'string') return null
  const nothing = {
    guid: null,
    title: null,
    text: null,
    summaryOnly: false,
    author: null,
    publisher: null,
    published: null,
    publishedFrom: null,
    updated: null,
    language: null,
  }
  return {
    ...nothing,
    kind: 'article',
    url,
    html,
    archivedAt: [],
    provenance: { ...provenance, parser: 'oembed' },
    post: null,
  }
}
