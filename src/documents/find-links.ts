import topLevel from 'tlds' with { type: 'json' }
import type { PostFields } from '../model.ts'

type Link = PostFields['citation'][number]

/** What stands in no name of a host: ASCII signs but `-._`, white space, marks of direction, characters that are none. */
const NOT_IN_HOST =
  "!'#%&()*+,\\\\/:;<=>?@[\\]^{|}~$\\t-\\r \\x85\\xa0\\u1680\\u180e\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\u202a-\\u202e\\u061c\\u200e\\u200f\\u2066-\\u2069\\ufeff\\ufffe\\uffff"
/** A run of characters that a host may hold, with the protocol before it. */
const RUN = new RegExp(`[^${NOT_IN_HOST}]+`, 'g')
const RUN_HERE = new RegExp(RUN.source, 'y')
const LABEL = /^[^-._](?:[^.]*[^-._])?$/s
/** What a link must not stand directly behind. */
const BEFORE = /[a-z0-9@＠$#＃\ufeff\ufffe\uffff]/i
/** Behind these a host without protocol is the end of something else. */
const BEFORE_BARE = /[-_./]/
/** After a top-level domain only what cannot go on with it. */
const AFTER_TOP_LEVEL = /[0-9a-z@+-]/i

export const ACCENTED =
  '\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u024f\\u0253\\u0254\\u0256\\u0257\\u0259\\u025b\\u0263\\u0268\\u026f\\u0272\\u0289\\u028b\\u02bb\\u0300-\\u036f\\u1e00-\\u1eff'
const IN_PATH = `[a-z0-9\\u0400-\\u04ff${ACCENTED}!*';:=+,.$/%#[\\]\\-–_~@|&]`
const PATH_PIECE = new RegExp(
  `(?<plain>${IN_PATH}+)|\\((?:${IN_PATH}+|${IN_PATH}*\\(${IN_PATH}+\\)${IN_PATH}*)\\)`,
  'iy',
)
const PATH_END = new RegExp(`[+\\-a-z0-9\\u0400-\\u04ff${ACCENTED}=_#/]`, 'i')
const QUERY = /\?[a-z0-9!?*'@();:&=+$/%#[\]\-_.,~|]+/iy
const QUERY_END = /[a-z0-9\-_&=#/]/i
const PORT = /:\d+/y
const SHORTENED = /^https?:\/\/t\.co\/([a-z0-9]+)/i
/** Twitter's own limits: a link, a name within a host as DNS has it, the code of a shortened link. */
const MOST = { link: 4096, label: 63, code: 40 }

/** Names that were delegated once, or are used without being delegated. */
const ONCE_KNOWN = ['an', 'bl', 'bq', 'eh', 'mf', 'tp', 'um', 'yu', 'onion']
const KNOWN = new Set([...topLevel, ...ONCE_KNOWN])
const LONGEST_NAME = Math.max(...[...KNOWN].map((name) => name.length))
/** Kept for examples (RFC 2606): a link where the protocol says so. */
const RESERVED = new Set(['example', 'test'])
const ASCII_NAMES = new RegExp(`(?:[-a-z0-9${ACCENTED}]+\\.)+`, 'gi')

/** A name in another script as ASCII. */
const CODED = /xn--[-0-9a-z]+/iy

/** Text between two dots of a run. */
type Label = { start: number; end: number; valid: boolean; plain: boolean; topLevelEnd: number | null }

/**
 * Finds the links of a post by the rules that Twitter itself uses: with a protocol any host below a known top-level
 * domain; without one only the hosts written in Latin letters, and with a path behind it the whole.
 *
 * @returns in reading order, as written; offsets are UTF-16, end exclusive. Takes time that grows with the length alone.
 */
export function findLinks(text: string): Link[] {
  const links: Link[] = []
  // No host is without a dot.
  if (!text.includes('.')) return links
  let behind = 0
  for (const { index, 0: run } of text.matchAll(RUN)) {
    const end = index + run.length
    if (end <= behind) continue
    if (run.includes('.')) behind = bareLinks(text, { index, end }, behind, links)
    const protocol = text.startsWith('://', end) ? /https?$/i.exec(run) : null
    if (!protocol) continue
    const start = end - protocol[0].length
    if (start < free(behind) || !mayStart(text, start)) continue
    behind = linkWithProtocol(text, start, end + 3, links) ?? behind
  }
  return links
}

/** Where the next link may start: what is directly behind one belongs to neither. */
const free = (behind: number) => (behind === 0 ? 0 : behind + 1)

function mayStart(text: string, at: number): boolean {
  return at === 0 || !BEFORE.test(text[at - 1] ?? '')
}

function linkWithProtocol(text: string, start: number, hostStart: number, links: Link[]): number | null {
  RUN_HERE.lastIndex = hostStart
  const run = RUN_HERE.exec(text)
  if (!run) return null
  const labels = labelsOf(text, hostStart, hostStart + run[0].length, true)
  const [first] = labels
  const host = first && hostEnd(labels, 0, first)
  if (!host) return null
  const { end } = rest(text, host)
  const value = text.slice(start, end)
  if (isHost(text.slice(hostStart, host)) && value.length <= MOST.link) {
    const shortened = SHORTENED.exec(value)
    if (!shortened) links.push({ value, start, end })
    else if (shortened[1]!.length <= MOST.code) links.push(shortLink(text, start, start + shortened[0].length))
  }
  return end
}

/** A shortened link has no path but its code; what else follows belongs to the words. */
function shortLink(text: string, start: number, codeEnd: number): Link {
  const end = codeEnd + queryAt(text, codeEnd).length
  return { value: text.slice(start, end), start, end }
}

/** Links without protocol within one run; returns where the last of them, also a refused one, ended. */
function bareLinks(text: string, run: { index: number; end: number }, before: number, links: Link[]): number {
  let behind = before
  const labels = labelsOf(text, run.index, run.end, false)
  const reaches = reachesOf(labels)
  for (let i = 0; i < labels.length - 1; i += 1) {
    const label = labels[i]!
    let start = firstStart(text, Math.max(label.start, free(behind)), label.end)
    let host = start === null ? null : hostEnd(labels, i, part(text, start, label), reaches)
    if (!host && !label.plain) {
      start = firstStart(text, Math.max(text.lastIndexOf('_', label.end) + 1, free(behind)), label.end)
      host = start === null ? null : hostEnd(labels, i, part(text, start, label), reaches)
    }
    if (start === null || !host) continue
    const { end, path } = rest(text, host)
    if (start === 0 || !BEFORE_BARE.test(text[start - 1] ?? '')) addBare(text, start, host, path ? end : null, links)
    behind = end
  }
  return behind
}

function addBare(text: string, start: number, hostStop: number, pathEnd: number | null, links: Link[]) {
  const host = text.slice(start, hostStop)
  if (!isHost(host) || (pathEnd ?? hostStop) - start > MOST.link) return
  const found = asciiHosts(host, start)
  const last = found.at(-1)
  if (last && pathEnd !== null && last.end === hostStop) {
    last.end = pathEnd
    last.value = text.slice(last.start, pathEnd)
  }
  links.push(...found)
}

/** The hosts in Latin letters within a longer run of letters: words of other scripts stand beside links without space. */
function asciiHosts(host: string, offset: number): Link[] {
  const found: Link[] = []
  ASCII_NAMES.lastIndex = 0
  for (let names = ASCII_NAMES.exec(host); names; names = ASCII_NAMES.exec(host)) {
    let dot = names.index + names[0].length - 1
    let end = topLevelEnd(host, dot + 1, false)
    for (; end === null && dot > names.index; end = topLevelEnd(host, dot + 1, false)) {
      dot = host.lastIndexOf('.', dot - 1)
      if (dot <= names.index) break
    }
    if (end === null) continue
    found.push({ value: host.slice(names.index, end), start: offset + names.index, end: offset + end })
    ASCII_NAMES.lastIndex = end
  }
  return found
}

function labelsOf(text: string, start: number, end: number, withProtocol: boolean): Label[] {
  const labels: Label[] = []
  for (let at = start; at <= end; ) {
    const dot = text.indexOf('.', at)
    const stop = dot === -1 || dot > end ? end : dot
    const name = text.slice(at, stop)
    const isFirst = labels.length === 0
    labels.push({
      start: at,
      end: stop,
      valid: LABEL.test(name),
      plain: !name.includes('_'),
      topLevelEnd: isFirst ? null : topLevelEnd(text, at, withProtocol),
    })
    at = stop + 1
  }
  return labels
}

/** Up to where a top-level domain goes that starts here. */
function topLevelEnd(text: string, start: number, withProtocol: boolean): number | null {
  CODED.lastIndex = start
  if (CODED.test(text)) return CODED.lastIndex
  const ahead = text.slice(start, start + LONGEST_NAME).toLowerCase()
  for (let length = ahead.length; length > 1; length -= 1) {
    if (AFTER_TOP_LEVEL.test(text[start + length] ?? '')) continue
    const name = ahead.slice(0, length)
    if (KNOWN.has(name) || (withProtocol && RESERVED.has(name))) return start + length
  }
  return null
}

/** For each label the last one behind it, without a gap, that is a top-level domain. */
function reachesOf(labels: Label[]): (number | null)[] {
  const reaches: (number | null)[] = labels.map(() => null)
  for (let i = labels.length - 2; i >= 0; i -= 1) {
    if (labels[i]!.valid) reaches[i] = reaches[i + 1] ?? directly(labels, i, labels[i]!)
  }
  return reaches
}

function directly(labels: Label[], i: number, from: Label): number | null {
  return from.plain && labels[i + 1]?.topLevelEnd ? i + 1 : null
}

function hostEnd(labels: Label[], i: number, from: Label, reaches = reachesOf(labels)): number | null {
  if (!from.valid) return null
  const last = reaches[i + 1] ?? directly(labels, i, from)
  return last === null ? null : (labels[last]?.topLevelEnd ?? null)
}

function part(text: string, start: number, label: Label): Label {
  if (start === label.start) return label
  const name = text.slice(start, label.end)
  return { ...label, start, valid: LABEL.test(name), plain: !name.includes('_') }
}

function firstStart(text: string, from: number, end: number): number | null {
  for (let at = from; at < end; at += 1) if (mayStart(text, at) && !/[-_.]/.test(text[at]!)) return at
  return null
}

function isHost(host: string): boolean {
  return host.split('.').every((name) => name.length <= MOST.label && inAscii(name).length <= MOST.label)
}

/** A name as DNS has it. */
function inAscii(name: string): string {
  return /[^\0-\x7f]/.test(name) ? (URL.parse(`http://${name}`)?.hostname ?? name) : name
}

/** Port, path and query behind a host. */
function rest(text: string, host: number): { end: number; path: boolean } {
  PORT.lastIndex = host
  let end = host + (PORT.exec(text)?.[0].length ?? 0)
  const path = text[end] === '/'
  if (path) end = pathEnd(text, end + 1)
  return { end: end + queryAt(text, end).length, path }
}

/** Brackets count as part of a path where they are closed. */
function pathEnd(text: string, start: number): number {
  let end = start
  PATH_PIECE.lastIndex = start
  for (let piece = PATH_PIECE.exec(text); piece; piece = PATH_PIECE.exec(text)) {
    const { plain } = piece.groups ?? {}
    if (plain === undefined) end = piece.index + piece[0].length
    else {
      const kept = upTo(plain, PATH_END)
      if (kept !== '') end = piece.index + kept.length
    }
  }
  return end
}

function queryAt(text: string, at: number): string {
  QUERY.lastIndex = at
  return upTo(QUERY.exec(text)?.[0] ?? '', QUERY_END)
}

/** The words without the signs after the last character of a kind: those belong to the sentence around a link. */
function upTo(words: string, last: RegExp): string {
  let end = words.length
  while (end > 0 && !last.test(words[end - 1]!)) end -= 1
  return words.slice(0, end)
}
