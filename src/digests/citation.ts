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
  const parts = [
    `${speaker?.name ?? '?'}: ${whole.length > 700 ? `${whole.slice(0, 700).join('')} […]` : whole.join('')}`,
    first &&
      [first.publisher, first.title && `“${first.title.slice(0, 200)}”`, first.published?.slice(0, 10)]
        .filter(Boolean)
        .join(', '),
    first?.url?.slice(0, 500),
    first?.archivedAt[0] && `archived: ${first.archivedAt[0].url.slice(0, 500)}`,
    `record ${id}, read ${readAt.slice(0, 10)}`,
  ]
  return parts.filter(Boolean).join('. ')
}
