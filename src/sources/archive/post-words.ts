import type { StatedEntity } from './post-item.ts'

/** As much of the DOM as is needed here, whatever library gives it. */
export type PostDocument = {
  querySelector(selector: string): PostElement | null
  querySelectorAll(selector: string): Iterable<PostElement>
}
export type PostElement = PostDocument & {
  nodeType: number
  tagName?: string
  textContent: string | null
  childNodes: Iterable<PostElement>
  getAttribute(name: string): string | null
  closest(selector: string): PostElement | null
}

/** An attribute without space around it, null where there is none. */
export const attribute = (element: PostElement | null, name: string): string | null =>
  element?.getAttribute(name)?.trim() || null

/** The words of a post: links as they were sent (t.co), pictures of emoji as the emoji. */
export function wordsOf(element: PostElement): { text: string; entities: StatedEntity[] } {
  const entities: StatedEntity[] = []
  const nowhere = { start: null, end: null }
  const walk = (node: PostElement): string => {
    if (node.nodeType === 3) return node.textContent ?? ''
    if (node.nodeType !== 1) return ''
    const tag = node.tagName?.toLowerCase()
    if (tag === 'img') return attribute(node, 'alt') ?? ''
    if (tag === 'br') return '\n'
    if (tag === 'a') {
      const href = original(attribute(node, 'href') ?? '')
      const words = [...node.childNodes].map(walk).join('')
      const expanded = attribute(node, 'data-expanded-url') ?? attribute(node, 'title')
      if (/^https?:\/\/t\.co\//.test(href)) {
        entities.push({
          kind: 'link',
          shown: href,
          value: original(expanded ?? '') || (/^(https?:\/\/)?pic\.twitter\.com\//.test(words) ? words : href),
          ...nowhere,
        })
        return href
      }
      const sign = words.trim()[0]
      const kind =
        sign === '@' ? 'mention' : sign === '#' || sign === '＃' ? 'hashtag' : sign === '$' ? 'cashtag' : null
      if (kind) entities.push({ kind, shown: words.trim(), value: words.trim().slice(1), ...nowhere })
      else if (/^https?:/.test(href) && words.includes('.'))
        entities.push({ kind: 'link', shown: words.trim(), value: href, ...nowhere })
      return words
    }
    return [...node.childNodes].map(walk).join('')
  }
  const raw = [...element.childNodes].map(walk).join('')
  // A link that the page pushed against the words before it stood apart from them.
  const text = raw.replace(/(?<=[^\s(])(?=https?:\/\/t\.co\/)/g, ' ').replace(/\u00a0(?=https?:\/\/|$)/g, ' ')
  return { text: text.trim(), entities }
}

export const flat = (node: PostElement): string =>
  node.nodeType === 3
    ? (node.textContent ?? '')
    : node.tagName?.toLowerCase() === 'img'
      ? (attribute(node, 'alt') ?? '')
      : [...node.childNodes].map(flat).join('')

/** An address without the archive's prefix. */
const original = (address: string): string =>
  address.replace(/^(?:https?:\/\/web\.archive\.org)?\/web\/\d+[a-z_]*\/(?=https?:)/, '')
