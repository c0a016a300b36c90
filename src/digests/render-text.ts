import type { DigestView, EntryView, Run } from '../model.ts'

export type TextStyle = {
  /** ANSI colours and weights. */
  colour: boolean
  /** Columns, at least 40. */
  width: number
  /** IANA zone that times are shown in. */
  timeZone: string
}

const INK = { strong: '1', dim: '2', urgent: '31', notable: '33', plain: '36', link: '4' } as const

/** A digest for a terminal: the words first, then where they can be checked. Lines are at most `width` columns. */
export function renderText(view: DigestView, style: TextStyle): string {
  const page = new Page(style)
  page.line(`━━ ${clean(view.title)} `.padEnd(page.width, '━'), 'strong')
  for (const runs of view.summary) page.paragraph(runs, '', 'dim')
  for (const section of view.sections) {
    page.gap()
    page.paragraph(section.heading, '▌ ', 'strong')
    for (const note of section.notes) page.paragraph(note, '▌ ', 'dim')
    for (const group of section.groups) for (const entry of group.entries) renderEntry(entry, page)
    if (section.also) page.gap()
    for (const runs of section.also ?? []) page.paragraph(runs, '  · ', 'dim')
  }
  for (const { heading, lines } of view.closing) {
    page.gap()
    page.paragraph(heading, '▌ ', 'strong')
    for (const runs of lines) page.paragraph(runs, '  · ')
  }
  return page.text()
}

/** One entry by itself, as a lookup shows it. */
export function renderEntryText(entry: EntryView, style: TextStyle): string {
  const page = new Page(style)
  renderEntry(entry, page)
  return page.text()
}

function renderEntry(entry: EntryView, page: Page): void {
  page.gap()
  page.paragraph(entry.head, '  ')
  for (const segment of entry.quotation) page.paragraph(segment, '    ', entry.tone)
  for (const finding of entry.findings) page.paragraph(finding, '  → ', entry.tone === 'plain' ? 'dim' : entry.tone)
  for (const source of entry.sources) page.paragraph(source, '    ', 'dim')
}

/** Lines of text in the making. */
class Page {
  readonly width: number
  readonly #style: TextStyle
  readonly #lines: string[] = []
  constructor(style: TextStyle) {
    this.#style = style
    this.width = Math.max(40, Math.min(style.width, 100))
  }
  text(): string {
    return `${this.#lines.join('\n')}\n`
  }
  gap(): void {
    if (this.#lines.at(-1) !== '') this.#lines.push('')
  }
  line(words: string, ink: keyof typeof INK): void {
    this.#lines.push(this.#paint(words, ink))
  }
  /** Wraps runs at spaces; a word too long for a line, such as an address, keeps a line of its own. */
  paragraph(runs: Run[], indent: string, ink?: keyof typeof INK): void {
    const rest = ' '.repeat(indent.length)
    const lines: string[] = []
    let line = ''
    let columns = 0
    for (const run of runs)
      for (const word of this.#words(run).split(/(\s+)/)) {
        if (word === '') continue
        const blank = /^\s+$/.test(word)
        if (!blank && columns > 0 && indent.length + columns + word.length > this.width) {
          lines.push(line.trimEnd())
          line = ''
          columns = 0
        }
        if (blank && columns === 0) continue
        line += this.#dress(blank ? ' ' : word, run, ink)
        columns += blank ? 1 : word.length
      }
    if (line) lines.push(line.trimEnd())
    this.#lines.push(...lines.map((words, i) => (i === 0 ? indent : rest) + words))
  }
  #words(run: Run): string {
    if (run.type === 'time') return clock(run.at, this.#style.timeZone)
    if (run.type === 'link') return run.text === run.url ? clean(run.url) : `${clean(run.text)} ${clean(run.url)}`
    return clean(run.text)
  }
  #dress(word: string, run: Run, ink?: keyof typeof INK): string {
    if (word === ' ') return word
    if (run.type === 'text' && run.strong) return this.#paint(word, 'strong')
    return ink && ink !== 'strong' ? this.#paint(word, ink) : ink === 'strong' ? this.#paint(word, 'strong') : word
  }
  #paint(words: string, ink: keyof typeof INK): string {
    return this.#style.colour ? `\u001b[${INK[ink]}m${words}\u001b[0m` : words
  }
}

/** No escape sequence, no direction mark: words from outside cannot move the cursor or turn a line around. */
function clean(words: string): string {
  return words.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
}

/** "19 Nov 2015, 00:44:01 UTC": to the second, for posts are told apart by it. */
function clock(iso: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(/:00\.000Z$/.test(iso) ? {} : { second: '2-digit' }),
    timeZoneName: 'short',
  }).format(new Date(iso))
}
