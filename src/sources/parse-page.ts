import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import type { Author, Problem, RawItem } from '../model.ts'
import { readPagePosts } from './archive/page-posts.ts'
import { decode } from './decode.ts'
import { feedDate } from './feed-dates.ts'
import { clean, resolveUrl } from './feed-entry.ts'
import { readPageFacts } from './page-facts.ts'
import { notTheArticle } from './page-quality.ts'

/** What a web page says: one article, or the posts of a page of Twitter, or the reason why none could be read. */
export type ParsedPage = { items: RawItem[]; problems: Problem[] }

/** Characters of text below which what was extracted is taken for no article. */
const LEAST = 140

/**
 * Reads the article of a web page: its words through readability on linkedom, its author, times and outlet from
 * JSON-LD, OpenGraph and meta elements. Never throws. May be slow on hostile input: run it under a limit.
 *
 * @param address the page's own address or path
 */
export function parsePage(bytes: Uint8Array, contentType: string | null, address: string): ParsedPage {
  const { text } = decode(bytes, contentType)
  try {
    const { document } = parseHTML(text)
    const posts = readPagePosts(document as never, address, { source: address, locator: null })
    if (posts.length > 0) return { items: posts, problems: [] }
    const facts = readPageFacts(document)
    const embeds = outerEmbeds(document as never)
    const canonical = resolveUrl(facts.canonical, address)
    const url = canonical ?? (URL.canParse(address) && /^https?:/.test(address) ? address : null)
    // Readability takes the document apart, so embedded posts are marked first and everything else is read before it.
    const article = new Readability(document as never, { charThreshold: 200, keepClasses: true }).parse()
    const words = article?.textContent?.replace(/\s+/g, ' ').trim() ?? ''
    const html = withEmbeds(clean(article?.content), embeds)
    if (!html || words.length < LEAST)
      return {
        items: [],
        problems: [{ where: address, reason: 'no article text was found on this page' }],
      }
    const wall = notTheArticle({ title: facts.title ?? clean(article?.title), text: words, free: facts.free })
    if (wall) return { items: [], problems: [{ where: address, reason: wall.reason }] }
    const author: Author | null = facts.author ?? bylineAuthor(clean(article?.byline))
    const item: RawItem = {
      kind: 'article',
      guid: null,
      url,
      title: facts.title ?? clean(article?.title),
      html,
      text: null,
      summaryOnly: false,
      author,
      publisher: facts.publisher ?? clean(article?.siteName) ?? hostOf(url),
      published: feedDate(facts.published),
      publishedFrom: feedDate(facts.published) ? 'page' : null,
      updated: feedDate(facts.modified),
      language: facts.language,
      archivedAt: [],
      provenance: { source: address, locator: null, parser: 'readability' },
      post: null,
    }
    return { items: [item], problems: [] }
  } catch (error) {
    return {
      items: [],
      problems: [{ where: address, reason: `this page could not be read (${(error as Error).message.slice(0, 100)})` }],
    }
  }
}

const DATED =
  /\s*(?:[|,·•–-]\s*)?(?:(?:updated|published|posted)\b.*|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2},?\s+\d{4}.*|\d{1,2}\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{4}.*)$/i

/** A name out of a byline, which often holds a date, a handle or an address besides. */
function bylineAuthor(byline: string | null): Author | null {
  const line = byline
    ?.replace(/\s+/g, ' ')
    .slice(0, 200)
    .replace(/^by\s+/i, '')
    .replace(DATED, '')
  const name = clean(line?.split('@')[0]?.replace(/[\s|,·•]+$/, ''))
  return name ? { name, alternateName: null, identifier: null, url: null } : null
}

/** The site's own name where the page does not say one. */
const hostOf = (url: string | null): string | null => (url && URL.parse(url)?.hostname.replace(/^www\./, '')) || null

const EMBEDS =
  'blockquote.twitter-tweet, blockquote.twitter-video, blockquote.bluesky-embed, amp-twitter, iframe.mastodon-embed'
type Outer = { outerHTML: string; getAttribute(name: string): string | null; textContent: string | null }

/** Embedded posts, which readability often takes for no part of the article. */
const outerEmbeds = (document: { querySelectorAll(selector: string): Iterable<Outer> }): string[] =>
  Array.from(document.querySelectorAll(EMBEDS), (element) => element.outerHTML).slice(0, 200)

/** Adds the embedded posts that the extraction dropped. */
function withEmbeds(html: string | null, embeds: string[]): string | null {
  if (html === null) return null
  const missing = embeds.filter((embed) => {
    const id = /\/status(?:es)?\/(\d+)|data-tweetid="(\d+)"|data-bluesky-uri="([^"]+)"|src="([^"]+)"/.exec(embed)
    const mark = id?.slice(1).findLast((one) => one !== undefined)
    return mark !== undefined && !html.includes(mark)
  })
  return html + missing.join('')
}
