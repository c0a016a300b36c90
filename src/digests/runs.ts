import type { MessageKey } from '../messages/en.ts'
import type { Say } from '../messages/say.ts'
import type { Run } from '../model.ts'

export const text = (words: string, strong = false): Run =>
  strong ? { type: 'text', text: words, strong: true } : { type: 'text', text: words }

/** One line, at most so many UTF-16 units; never half a character. */
export function clip(words: string, most: number): string {
  const line = words.replace(/\s+/g, ' ').trim()
  if (line.length <= most) return line
  const cut = line.slice(0, most - 1)
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}

/** Longer addresses are not worth a link: Discord refuses buttons past 512, and the words around it need the room. */
const LONGEST_ADDRESS = 500

/** A link with its true host, null where the address is none that a reader should open. */
export function linkTo(address: string | null, words: string): Extract<Run, { type: 'link' }> | null {
  if (!address || !URL.canParse(address)) return null
  const { protocol, host, origin, pathname, search, hash, username, password } = new URL(address)
  if (protocol !== 'https:' && protocol !== 'http:') return null
  const url =
    origin + strict(pathname) + strict(search) + hash.slice(0, 1) + strict(hash.slice(1)).replaceAll('#', '%23')
  if (username || password || url.length > LONGEST_ADDRESS) return null
  return { type: 'link', text: words, url, host: clip(host, 120) }
}

/** Browsers take more in an address than RFC 3986 §3 does, and Discord refuses what that does not hold. */
const strict = (part: string) =>
  part
    .replace(/[^\w\-.~:/?#@!$&'()*+,;=%]/gu, (mark) => encodeURIComponent(mark.toWellFormed()))
    .replace(/%(?![0-9a-f]{2})/gi, '%25')

/** A message with a time in it: an instant stays one, a date of less precision becomes words. */
export function whenRun(key: MessageKey, name: string, iso: string, say: Say): Run[] {
  const instant = iso.includes('T') && !Number.isNaN(Date.parse(iso))
  return say.runs(key, { [name]: instant ? { type: 'time', at: new Date(iso).toISOString() } : say.date(iso) })
}
