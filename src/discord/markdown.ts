import type { Run } from '../model.ts'

/** Whatever starts something in Discord's markdown, a mention, a timestamp, an emoji or a link by itself. */
const ACTIVE = /[\\*_~`|[\]<@]|:(?=\/\/)/g
/** What does so only at the beginning of a line: headings, small print, quotations, lists. */
const LEADING = /^(\s*)(#|-|\+|>|\d{1,9}(?=\.))/gm
/** Embeddings, overrides and isolates: they could turn the text after them around, and a link's host with it. */
const DIRECTIONS = /[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/g
const CONTROLS = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\uFEFF]/g
const RIGHT_TO_LEFT = /\p{Script=Hebrew}|\p{Script=Arabic}|\p{Script=Syriac}|\p{Script=Thaana}|\p{Script=Nko}/u

/**
 * Words from outside, so that Discord shows them as they are: nothing in them pings, formats, links or turns the
 * direction of what follows. One line stays one line.
 */
export function neutral(words: string): string {
  const clean = words.replace(/\r\n?/g, '\n').replace(DIRECTIONS, '').replace(CONTROLS, ' ').toWellFormed()
  const escaped = clean
    .replace(ACTIVE, '\\$&')
    .replace(LEADING, (_, space: string, mark: string) => `${space}${/\d/.test(mark) ? `${mark}\\` : `\\${mark}`}`)
  return RIGHT_TO_LEFT.test(escaped) ? `\u2068${escaped}\u2069` : escaped
}

/** A line of runs in Discord's markdown, without line breaks of its own. */
export function inline(runs: Run[]): string {
  return runs.map(drawRun).join('').replace(/\n/g, ' ')
}

function drawRun(run: Run): string {
  switch (run.type) {
    case 'time':
      return timestamp(run.at)
    case 'code':
      return `\`${run.text.replace(/[`\n]/g, '')}\``
    case 'link':
      return drawLink(run)
    default:
      return run.strong ? strong(run.text) : neutral(run.text)
  }
}

/** Discord writes bold only where the stars touch a word. */
function strong(words: string): string {
  const inner = words.trim()
  if (inner === '') return words
  const before = words.slice(0, words.indexOf(inner))
  const after = words.slice(before.length + inner.length)
  return `${before}**${neutral(inner)}**${after}`
}

/** The true host stands behind the link, outside of it: the linked words may name another one. */
function drawLink({ text, url, host }: Extract<Run, { type: 'link' }>): string {
  const words = neutral(text.replace(/\b\w{2,10}:\/\//g, '').trim()) || neutral(host)
  return `[${words}](${escapeAddress(url)}) (${neutral(host)})`
}

/** Round brackets would end the address early. */
const escapeAddress = (url: string) => url.replace(/[()]/g, (mark) => (mark === '(' ? '%28' : '%29'))

/** Each reader sees it in their own time zone. The range is that of Discord's own timestamps, ±8.64e12 seconds. */
export function timestamp(iso: string): string {
  const seconds = Math.floor(Date.parse(iso) / 1000)
  return Number.isFinite(seconds) ? `<t:${seconds}:f>` : neutral(iso)
}

const bold = ({ strong }: { strong?: true }) => (strong ? { strong } : {})

/** A block quotation: every line of it is marked, so that none of its words stand as ours. */
export function quotation(runs: Run[]): string {
  const isStruck = runs.some((run) => run.type === 'text' && run.struck)
  return runs
    .map((run) =>
      run.type === 'text' ? { type: run.type, text: run.text.replace(/\s*\n\s*/g, '\n'), ...bold(run) } : run,
    )
    .map((run) =>
      run.type === 'text' ? run.text.split('\n').map((line) => drawRun({ ...run, text: line })) : [drawRun(run)],
    )
    .reduce<string[]>((lines, [first = '', ...rest]) => {
      lines.push((lines.pop() ?? '') + first, ...rest)
      return lines
    }, [])
    .map((line) => `> ${isStruck && line.trim() !== '' ? `~~${line.trim()}~~` : line}`)
    .join('\n')
}

/** The same line without any markup: for text files and for alternatives. Times stand in UTC. */
export function plain(runs: Run[]): string {
  return runs
    .map((run) =>
      run.type === 'time'
        ? `${run.at.slice(0, 16).replace('T', ' ')} UTC`
        : run.type === 'link'
          ? `${run.text} <${run.url}>`
          : run.text,
    )
    .join('')
}
