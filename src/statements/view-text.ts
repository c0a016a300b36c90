/** A text as a reader sees it, and the way back: `raw(i)` is the place in the stored text of the view's character i. */
export type View = { text: string; raw(at: number): number }

/** Lines this long, one after another, were broken by a program and not by a writer. */
const WRAPPED = { least: 50, most: 100 }

/**
 * Sees through what a reader does: addresses in angle brackets or bare, lines wrapped at a column, doubled marks.
 * Paragraphs of the view are parted by `\n\n`, and hold no other line end.
 *
 * @param raw any text
 */
export function viewText(raw: string): View {
  const isWrapped = looksWrapped(raw)
  let text = ''
  const starts: number[] = []
  const put = (words: string, at: number, each = true) => {
    for (let i = 0; i < words.length; i++) starts.push(each ? at + i : at)
    text += words
  }
  // Each alternative takes whole runs, so the scan is linear.
  const odd = /\s*<https?:\/\/[^\s<>]{1,2000}>|[^\S\n]*https?:\/\/[^\s<>]{1,2000}|[^\S\n]*\n\s*|[^\S\n]{2,}|''|``/g
  let from = 0
  for (const match of raw.matchAll(odd)) {
    put(raw.slice(from, match.index), from)
    const [found] = match
    from = match.index + found.length
    if (found.includes('://')) continue
    if (found.includes('\n')) {
      const lineStart = raw.lastIndexOf('\n', match.index - 1) + 1
      const soft = isWrapped && found.indexOf('\n') === found.lastIndexOf('\n') && match.index - lineStart >= 30
      if (!soft) put('\n\n', match.index, false)
      else if (!text.endsWith(' ')) put(' ', match.index, false)
    } else put(found === "''" || found === '``' ? '"' : ' ', match.index, false)
  }
  put(raw.slice(from), from)
  return { text, raw: (at) => starts[at] ?? raw.length }
}

function looksWrapped(raw: string): boolean {
  let filled = 0
  let single = 0
  for (const paragraph of raw.split(/\n\s*\n/)) {
    const lines = paragraph.split('\n')
    for (const line of lines.slice(0, -1)) {
      single += 1
      if (line.trim().length >= WRAPPED.least && line.length <= WRAPPED.most) filled += 1
    }
  }
  return single >= 5 && filled / single > 0.6
}

const ABBREVIATED =
  /\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Sens|Rep|Reps|Gov|Gen|Lt|Col|Capt|Sgt|Rev|Hon|St|Jr|Sr|Mo|Inc|Ltd|Corp|Co|vs|No|Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec|Ariz|Calif|Colo|Conn|Fla|Ill|Ind|Kan|Ky|La|Mass|Md|Mich|Minn|Miss|Neb|Nev|Okla|Ore|Pa|Tenn|Tex|Va|Vt|Wash|Wis)\.|(?<![\p{L}\p{N}])\p{Lu}\.(?=[\s\p{Lu}),'’])|(?<=\p{Lu}․?)\.(?=\p{Lu}\.)/gu

/**
 * The same text with the full stops of abbreviations (“Mr.”, “D-N.C.”, “G. K.”) as another dot, so that a full stop
 * ends a sentence. Every offset stays.
 */
export const withoutAbbreviations = (text: string): string =>
  text.replace(ABBREVIATED, (one) => one.replaceAll('.', '․'))
