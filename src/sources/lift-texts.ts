import { decodeXML } from 'entities'

/** What stands for a lifted text: characters of private use, which a feed that has them itself is not lifted for. */
const OPEN = '\ue000'
const CLOSE = '\ue001'
const PLACE = /\ue000(\d+)\ue001/g
/** A literal section; a long run of words between two tags; a namespace that an element within the root declares. */
const TEXT =
  /<!\[CDATA\[([\s\S]*?)\]\]>|>\s*([^\s<>][^<>]{60,})(?=<)|(?<=[^<])(<[\w.:-]+)((?:\s+xmlns:[\w.-]+="[^"<>]*")+)/g
/** Shorter texts are not worth the trouble. */
const LONG = 60

/**
 * Takes the long texts out of a feed before its elements are read: a strict reader looks at every character several
 * times, and the words of articles are most of a feed.
 *
 * @param xml repaired: no comments, no references but those of XML
 * @returns the XML with a short mark in the place of each, and what puts them back into anything read from it
 */
export function liftTexts(xml: string): { xml: string; putBack: (read: unknown) => void } {
  if (xml.includes(OPEN)) return { xml, putBack: () => {} }
  const lifted: string[] = []
  const mark = (text: string) => `${OPEN}${lifted.push(text) - 1}${CLOSE}`
  const skeleton = xml.replace(TEXT, (found, literal?: string, words?: string, tag?: string) => {
    if (tag !== undefined) return tag
    if (words !== undefined) return `>${mark(words.includes('&') ? decodeXML(words) : words)}`
    return literal!.length > LONG ? `<![CDATA[${mark(literal!)}]]>` : found
  })
  const whole = (text: string) =>
    text.includes(OPEN) ? text.replace(PLACE, (_, place: string) => lifted[Number(place)] ?? '') : text
  return { xml: skeleton, putBack: (read) => eachText(read, whole) }
}

/** Replaces every text within lists and fields, as deep as they go. */
function eachText(within: unknown, change: (text: string) => string): void {
  const open: unknown[] = [within]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (typeof one !== 'object' || one === null) continue
    const fields = one as Record<string, unknown>
    for (const key of Object.keys(fields)) {
      const value = fields[key]
      if (typeof value === 'string') fields[key] = change(value)
      else open.push(value)
    }
  }
}
