import { decodeHTML } from 'entities'

/** Roots of feeds, with any namespace prefix. */
const ROOT = /<(?:[\w.-]+:)?(?:rss|feed|RDF|channel)[\s>]/i
/** Characters that XML 1.0 §2.2 forbids; halves of surrogate pairs are replaced by their own means. */
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]+/g
/** What may need mending: a bare ampersand, a name that XML does not know, a number that it forbids. */
const REFERENCE =
  /&(?!(?:amp|lt|gt|quot|apos|#(?:1[6-9]\d|[2-9]\d\d|[1-4]\d{3,4}|3[2-9]|[4-9]\d|1[01]\d));)(?:#(\d{1,8}|x[\da-f]{1,6});|([a-z][\w.-]{1,31});|)/gi
const XML_NAMES = new Set(['amp', 'lt', 'gt', 'quot', 'apos'])

/**
 * Mends what keeps a strict XML parser from reading a feed and what it would read wrongly: junk before the root,
 * control characters, bare ampersands, named references of HTML, and XHTML content, whose order a tree of fields
 * loses. Linear in the length of the text.
 *
 * @param text a decoded feed
 * @returns XML without a declaration or document type
 */
export function repairXml(text: string): string {
  const root = rootOf(text)
  const body = (root > 0 ? text.slice(root) : text).toWellFormed().replace(FORBIDDEN, '')
  const own = ownEntities(text.slice(0, Math.max(root, 0)))
  return keepMarkup(outsideLiterals(withoutTail(body), (part) => mendReferences(part, own)))
}

/** Names that a document type gives to short texts. One that refers to others is none of them: nothing grows. */
function ownEntities(before: string): Map<string, string> {
  const named = new Map<string, string>()
  for (const [, name = '', double, single] of before
    .slice(0, 50_000)
    .matchAll(/<!ENTITY\s+([a-z][\w.-]{0,40})\s+(?:"([^"<]{0,500})"|'([^'<]{0,500})')\s*>/gi))
    if (named.size < 300 && !XML_NAMES.has(name)) {
      const value = decodeHTML(double ?? single ?? '')
      if (!/&[\w#]/.test(value)) named.set(name, value)
    }
  return named
}

/** Where the root begins. What a comment before it says does not count. */
function rootOf(text: string): number {
  for (let from = 0; ; ) {
    const root = text.slice(from).search(ROOT)
    const comment = text.indexOf('<!--', from)
    if (root === -1 || comment === -1 || from + root < comment) return root === -1 ? -1 : from + root
    const end = text.indexOf('-->', comment)
    if (end === -1) return from + root
    from = end + 3
    if (from > 100_000) return text.slice(from).search(ROOT) + from
  }
}

/** Cuts what stands behind the end of the root: scripts and markup that a server or a proxy added. */
function withoutTail(body: string): string {
  const name = /^<([\w.:-]+)/.exec(body)?.[1]
  const end = name ? body.lastIndexOf(`</${name}>`) : -1
  return end === -1 ? body : body.slice(0, end + name!.length + 3)
}

/** Applies `mend` to everything but CDATA sections and comments; comments are dropped. */
function outsideLiterals(text: string, mend: (part: string) => string): string {
  const parts: string[] = []
  let at = 0
  let cdata = text.indexOf('<![CDATA[')
  let comment = text.indexOf('<!--')
  while (cdata !== -1 || comment !== -1) {
    const isCdata = cdata !== -1 && (comment === -1 || cdata < comment)
    const start = isCdata ? cdata : comment
    const end = text.indexOf(isCdata ? ']]>' : '-->', start)
    if (end === -1) break
    parts.push(mend(text.slice(at, start)))
    if (isCdata) parts.push(text.slice(start, end + 3))
    at = end + 3
    if (cdata !== -1 && cdata < at) cdata = text.indexOf('<![CDATA[', at)
    if (comment !== -1 && comment < at) comment = text.indexOf('<!--', at)
  }
  parts.push(mend(text.slice(at)))
  return parts.join('')
}

function mendReferences(part: string, own: Map<string, string>): string {
  if (!part.includes('&')) return part
  return part.replace(REFERENCE, (whole, number: string | undefined, name: string | undefined) => {
    if (number) {
      const decoded = decodeHTML(whole).replace(FORBIDDEN, '')
      return /^[&<>"']$/.test(decoded) ? whole : decoded
    }
    if (!name) return '&amp;'
    if (XML_NAMES.has(name)) return whole
    const decoded = own.get(name) ?? decodeHTML(whole)
    return decoded === whole ? `&amp;${whole.slice(1)}` : escapeXml(decoded)
  })
}

const escapeXml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

/** Text as one CDATA section, whatever stands in it. */
export const asCdata = (text: string): string => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`

const TEXTS = /<((?:[\w.-]+:)?(?:content|summary|title|subtitle|tagline|info|body|description|encoded))\b([^<>]*)>/gi
const AS_ELEMENTS =
  /\btype\s*=\s*["'](?:xhtml|application\/xhtml\+xml)|mode\s*=\s*["']xml|\bxmlns\s*=\s*["']http:\/\/www\.w3\.org\/1999\/xhtml/i
/** A prefix before an element's name, as in `<h:em>`. */
const PREFIX = /<(\/?)[a-z][\w.-]{0,20}:(?=[a-z])/gi
/** Elements that hold words whatever they say of themselves; markup in them is a slip that readers forgive. */
const ALWAYS_TEXT = /^(?:title|description|summary|content:encoded|xhtml:body)$/i

/**
 * Turns markup that stands as elements (Atom's type="xhtml", Atom 0.3's mode="xml", or unescaped in RSS) into one
 * literal text: a tree of fields would lose the order of its words.
 */
function keepMarkup(text: string): string {
  const parts: string[] = []
  const gone = new Set<string>()
  let at = 0
  for (const match of text.matchAll(TEXTS)) {
    const [whole, name = '', attributes = ''] = match
    if (match.index < at || whole.endsWith('/>') || gone.has(name)) continue
    const start = match.index + whole.length
    const end = text.indexOf(`</${name}`, start)
    if (end === -1) gone.add(name)
    if (end === -1 || text.indexOf('<', start) === end || text.startsWith('<![CDATA[', start)) continue
    const inner = text.slice(start, end)
    if (
      !AS_ELEMENTS.test(attributes) &&
      !(ALWAYS_TEXT.test(name) && /<[a-z]/i.test(inner) && !inner.includes(`<${name}`))
    )
      continue
    const typed = attributes.replace(/\btype\s*=\s*["'][^"']*["']/i, 'type="html"')
    // What stood inside literal sections is text: escaped, it stays text within the markup.
    const flat = inner.replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, literal: string) => escapeXml(literal))
    const bare = AS_ELEMENTS.test(attributes) ? flat.replace(PREFIX, '<$1') : flat
    parts.push(text.slice(at, match.index), `<${name}${typed}>`, asCdata(bare))
    at = end
  }
  parts.push(text.slice(at))
  return parts.join('')
}
