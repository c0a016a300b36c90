/** A quotation without its marks: offsets into the text that was scanned, end exclusive. */
export type Quote = {
  start: number
  end: number
  /** Number of the utterance: paragraphs of one running quotation share it. */
  turn: number
  /** False where the mark was never closed in its paragraph. */
  closed: boolean
}

const CLOSING: Record<string, string> = { '“': '”', '«': '»', '‘': '’', '"': '"', "'": "'" }
const before = (text: string, at: number) => at === 0 || /[\s([{—–\-/]/.test(text[at - 1] ?? '')
const letter = (text: string, at: number) => /[\p{L}\p{N}]/u.test(text[at] ?? '')

/**
 * Finds the quotations of a text, in reading order, the outermost only. A paragraph that begins with an opening mark
 * while the paragraph before left its own open goes on with the same utterance. Linear.
 *
 * @param text paragraphs parted by a blank line
 */
export function findQuotes(text: string): Quote[] {
  const quotes: Quote[] = []
  let turn = 0
  let open = false
  for (const match of text.matchAll(/[^\n]+/g)) {
    const found = inParagraph(match[0])
    if (found.length === 0) {
      open = false
      continue
    }
    const goesOn = open && (found[0]?.start ?? 9) <= 1
    for (const [i, { start, end, closed }] of found.entries()) {
      if (!(goesOn && i === 0)) turn += 1
      quotes.push({ start: match.index + start, end: match.index + end, turn, closed })
    }
    open = found.at(-1)?.closed === false
  }
  return quotes
}

function inParagraph(text: string): { start: number; end: number; closed: boolean }[] {
  const found: { start: number; end: number; closed: boolean }[] = []
  let from = -1
  let mark = ''
  let inner = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string
    if (from < 0) {
      if (!(sign in CLOSING) || !opens(text, at, sign)) continue
      mark = sign
      from = at + 1
      inner = 0
    } else if (sign === '“' && inner < 3 && hasPartners(text, at, inner)) {
      inner += 1
    } else if (sign === '”' && inner > 0) {
      inner -= 1
    } else if (closes(text, at, sign, mark)) {
      found.push({ start: from, end: at, closed: true })
      from = -1
    }
  }
  if (from >= 0 && (mark === '“' || mark === '"' || mark === '«'))
    found.push({ start: from, end: text.trimEnd().length, closed: false })
  return found.filter(({ start, end }) => end > start && /[\p{L}\p{N}]/u.test(text.slice(start, end)))
}

/** Whether the paragraph still has closing marks enough for one more quotation inside the open ones. */
function hasPartners(text: string, at: number, inner: number): boolean {
  let need = inner + 1
  for (let i = at + 1; i < Math.min(text.length, at + 1200); i++) {
    if (text[i] === '“') need += 1
    else if (text[i] === '”' && --need < 0) return true
    else if (text[i] === '"' && need === 1) return true
  }
  return need === 0
}

function opens(text: string, at: number, sign: string): boolean {
  if (sign === '“' || sign === '«') return true
  if (sign === '"' && text[at - 1] === '=') return false
  if (sign === '"') return before(text, at) || !letter(text, at - 1) || letter(text, at + 1)
  if (!before(text, at) || !/[\p{L}\p{N}[“"]/u.test(text[at + 1] ?? '')) return false
  // An apostrophe that begins a word ('90s, 'em) is no mark; neither is one whose partner is missing.
  if (/^\S?(\d\ds?|em|tis|twas|til|cause|n)\b/.test(text.slice(at + 1, at + 8))) return false
  const end = text
    .slice(at + 2, at + 1500)
    .search(sign === '‘' ? /’(?![\p{L}\p{N}])/u : /(?<=[\p{L}\p{N}.,!?…])'(?![\p{L}\p{N}])/u)
  return end >= 0
}

function closes(text: string, at: number, sign: string, mark: string): boolean {
  if (sign !== CLOSING[mark] && !(mark === '“' && sign === '"') && !(mark === '"' && sign === '”')) return false
  if (mark === '‘' || mark === "'") return !letter(text, at + 1)
  return true
}
