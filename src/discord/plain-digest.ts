import type { DigestView, EntryView } from '../model.ts'
import { plain } from './markdown.ts'

/** One entry as text, whole: for what is longer than a message. */
export function plainEntry(entry: EntryView): string {
  const words = entry.quotation.map((runs) => `    ${plain(runs).replaceAll('\n', '\n    ')}`)
  return [plain(entry.head), '', ...words, '', ...entry.findings.map(plain), ...entry.sources.map(plain), ''].join('\n')
}

/** A whole digest as a page of text, attached where it is longer than a few messages. */
export function plainDigest(view: DigestView): string {
  const sections = view.sections.flatMap(({ heading, notes, groups, also = [] }) => [
    `== ${plain(heading)} ==`,
    ...notes.map(plain),
    '',
    ...groups.flatMap(({ entries }) => entries.map(plainEntry)),
    ...also.map((runs) => `· ${plain(runs)}`),
    ...(also.length > 0 ? [''] : []),
  ])
  const closing = view.closing.flatMap(({ heading, lines }) => [`== ${plain(heading)} ==`, ...lines.map(plain), ''])
  return [view.title, ...view.summary.map(plain), '', ...sections, ...closing].join('\n')
}
