import type { DigestEntry } from '../model.ts'

/**
 * An entry as it can be cited, in one line: speaker, words, first report with its day and address, archived copy, the
 * permanent id, and the day it was read.
 *
 * @param readAt ISO 8601
 */
export function citation({ id, speaker, words, reports }: DigestEntry, readAt: string): string {
  const [first] = reports
  const text = words.map(({ content, directness }) => (directness === 'direct' ? `“${content}”` : content)).join(' … ')
  const whole = [...text.replace(/\s+/g, ' ')]
  const source =
    first &&
    [first.publisher, first.title && `“${first.title.slice(0, 200)}”`, first.published?.slice(0, 10)]
      .filter(Boolean)
      .join(', ')
  const copy = first?.archivedAt[0]?.url.slice(0, 500)
  const said = `${speaker?.name ?? '?'}: ${whole.length > 700 ? `${whole.slice(0, 700).join('')} […]` : whole.join('')}`
  const sentences = [said, source, `Record ${id}, read ${readAt.slice(0, 10)}`].filter(Boolean).map(ended)
  // Addresses stand last, where no full stop is taken for a part of them.
  return [...sentences, first?.url?.slice(0, 500), copy && `Archived: ${copy}`].filter(Boolean).join(' ')
}

/** With a full stop, unless it has its own. */
const ended = (sentence = '') => (/[.!?…][”"»’']?$/.test(sentence) ? sentence : `${sentence}.`)
