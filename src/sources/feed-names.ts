/** Namespaces under whatever prefix a feed gives them, by the prefix that the fields above use. */
const PREFIXES: [RegExp, string][] = [
  [/^https?:\/\/purl\.org\/dc\/elements\/1\.[01]\/?$/, 'dc'],
  [/^https?:\/\/purl\.org\/dc\/terms\/?$/, 'dcterms'],
  [/^https?:\/\/purl\.org\/rss\/1\.0\/modules\/content\/?$/, 'content'],
  [/^https?:\/\/purl\.org\/rss\/1\.0\/modules\/syndication\/?$/, 'sy'],
  [/^https?:\/\/search\.yahoo\.com\/mrss\/?$/, 'media'],
  [/^https?:\/\/www\.w3\.org\/1999\/xhtml$/, 'xhtml'],
  [/^https?:\/\/www\.w3\.org\/1999\/02\/22-rdf-syntax-ns#$/, 'rdf'],
  [/^https?:\/\/www\.itunes\.com\/dtds\/podcast-1\.0\.dtd$/i, 'itunes'],
]
const ATOM = /^https?:\/\/(www\.w3\.org\/2005\/atom|purl\.org\/atom\/ns#)/i
const RSS =
  /^https?:\/\/(purl\.org\/rss\/1\.0\/?$|my\.netscape\.com\/rdf|backend\.userland\.com\/rss|blogs\.law\.harvard\.edu\/tech\/rss|purl\.org\/net\/rss)/i
/** Elements whose capitals are often written wrongly. */
const SPELLING = Object.fromEntries(
  [
    'pubDate',
    'lastBuildDate',
    'managingEditor',
    'webMaster',
    'skipHours',
    'skipDays',
    'item',
    'channel',
    'title',
    'link',
    'guid',
    'description',
    'category',
    'author',
    'rss',
    'feed',
    'entry',
    'rdf:RDF',
  ].map((name) => [name.toLowerCase(), name]),
)

/** Gives elements the prefix that we know them by: `d:date` is `dc:date` where d stands for Dublin Core. */
export function tagNames(xml: string): (name: string) => string {
  const prefixes = new Map<string, string>([['rss', '']])
  for (const [, name = '', uri = ''] of xml
    .slice(0, 20_000)
    .matchAll(/\sxmlns:([\w.-]{1,40})\s*=\s*["']([^"']{1,200})["']/g)) {
    const known = PREFIXES.find(([pattern]) => pattern.test(uri))?.[1]
    if (known) prefixes.set(name, `${known}:`)
  }
  const root = /^<([\w.-]+):\w+/.exec(xml)?.[1]
  if (root && prefixes.get(root) === undefined) prefixes.set(root, '')
  // Within RSS, Atom's elements keep a prefix of their own: its link is not the link.
  for (const [, name = '', uri = ''] of xml
    .slice(0, 20_000)
    .matchAll(/\sxmlns:([\w.-]{1,40})\s*=\s*["']([^"']{1,200})["']/g)) {
    if (ATOM.test(uri)) prefixes.set(name, name === root ? '' : 'atom:')
    if (RSS.test(uri)) prefixes.set(name, '')
  }
  const known = new Map<string, string>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const colon = name.indexOf(':')
    const prefix = colon === -1 ? undefined : prefixes.get(name.slice(0, colon))
    const renamed = prefix === undefined ? name : prefix + name.slice(colon + 1)
    const spelt = SPELLING[renamed.toLowerCase()] ?? renamed
    known.set(name, spelt)
    return spelt
  }
}
