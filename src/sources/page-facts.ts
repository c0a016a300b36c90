import type { Author } from '../model.ts'
import { clean } from './feed-entry.ts'

/** What a page says about itself. Times as written. */
export type PageFacts = {
  title: string | null
  author: Author | null
  publisher: string | null
  published: string | null
  modified: string | null
  language: string | null
  canonical: string | null
  /** False where JSON-LD says that the text is not free to read. */
  free: boolean
}

type Json = Record<string, unknown>
/** As much of the DOM as is needed here, whatever library gives it. */
export type PageDocument = {
  querySelector(selector: string): PageElement | null
  querySelectorAll(selector: string): Iterable<PageElement>
}
export type PageElement = { getAttribute(name: string): string | null; textContent: string | null }

const ARTICLE =
  /^(?:(?:News|Analysis|Opinion|Reportage|Background|Review|Scholarly|Tech|Satirical|AdvertiserContent)?(?:NewsArticle|Article)|BlogPosting|LiveBlogPosting|Report|SocialMediaPosting)$/

/** Reads JSON-LD first, then OpenGraph and meta elements. */
export function readPageFacts(document: PageDocument): PageFacts {
  const article = jsonLd(document).find(({ '@type': type }) => [type].flat().some((one) => ARTICLE.test(String(one))))
  const meta = (...names: string[]): string | null => {
    for (const name of names) {
      const element = document.querySelector(`meta[property="${name}"], meta[name="${name}"], meta[itemprop="${name}"]`)
      const content = clean(element?.getAttribute('content'))
      if (content) return content
    }
    return null
  }
  const lang = document.querySelector('html')?.getAttribute('lang')
  return {
    title: clean(article?.headline) ?? meta('og:title', 'twitter:title'),
    author: personOf(article?.author) ?? nameOnly(meta('author', 'article:author', 'dc.creator', 'parsely-author')),
    publisher: nameOf(article?.publisher) ?? meta('og:site_name', 'application-name'),
    published:
      clean(article?.datePublished) ??
      meta('article:published_time', 'datePublished', 'date', 'dc.date', 'parsely-pub-date', 'sailthru.date') ??
      timeElement(document),
    modified: clean(article?.dateModified) ?? meta('article:modified_time', 'og:updated_time', 'dateModified'),
    language: languageOf(clean(article?.inLanguage) ?? clean(lang) ?? meta('og:locale')),
    canonical: clean(document.querySelector('link[rel="canonical"]')?.getAttribute('href')) ?? meta('og:url'),
    free:
      article?.isAccessibleForFree !== false &&
      article?.isAccessibleForFree !== 'False' &&
      article?.isAccessibleForFree !== 'false',
  }
}

/** Every object of the page's JSON-LD, graphs and lists opened, at most a thousand. */
function jsonLd(document: PageDocument): Json[] {
  const found: Json[] = []
  for (const script of document.querySelectorAll('script[type="application/ld+json"]')) {
    try {
      const queue: unknown[] = [JSON.parse(script.textContent ?? '')]
      for (let value = queue.shift(); value !== undefined && found.length < 1000; value = queue.shift()) {
        if (Array.isArray(value)) queue.push(...value.slice(0, 200))
        else if (typeof value === 'object' && value !== null) {
          found.push(value as Json)
          queue.push((value as Json)['@graph'], (value as Json).mainEntity)
        }
        while (queue.length > 0 && queue[0] === undefined) queue.shift()
      }
    } catch {
      // A page's own data is often broken; the meta elements are asked next.
    }
  }
  return found
}

const nameOf = (value: unknown): string | null => {
  const one = Array.isArray(value) ? value[0] : value
  return clean(typeof one === 'object' && one !== null ? (one as Json).name : one)
}

function personOf(value: unknown): Author | null {
  const one = Array.isArray(value) ? value[0] : value
  const name = nameOf(one)
  const url = typeof one === 'object' && one !== null ? clean((one as Json).url) : null
  return name && !/^https?:/.test(name) ? { name, alternateName: null, identifier: null, url } : null
}

const nameOnly = (name: string | null): Author | null =>
  name && !/^https?:/.test(name)
    ? { name: name.replace(/^by\s+/i, ''), alternateName: null, identifier: null, url: null }
    : null

function timeElement(document: PageDocument): string | null {
  const element = document.querySelector(
    'article time[datetime], time[itemprop="datePublished"], time[pubdate], header time[datetime]',
  )
  return clean(element?.getAttribute('datetime'))
}

/** BCP 47 out of `en_GB` or `en-GB`; null where it is no language. */
const languageOf = (written: string | null): string | null => {
  const tag = written?.replace('_', '-')
  return tag && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag) ? tag : null
}
