import type { Document, Statement } from '../../../src/model.ts'
import type { GoldDocument, GoldSpan } from './polnear.ts'

export type Score = { found: number; predicted: number; gold: number }
export const f1 = ({ found, predicted, gold }: Score) => {
  const [p, r] = [found / (predicted || 1), found / (gold || 1)]
  return { p: p * 100, r: r * 100, f: p + r === 0 ? 0 : (200 * p * r) / (p + r) }
}

/** Outer marks, punctuation and a leading “that” do not count. */
export function trimSpan(text: string, { start, end }: GoldSpan): GoldSpan {
  const outer = /[\p{L}\p{N}$£€@#%]/u
  let [from, to] = [start, end]
  while (from < to && !outer.test(text[from]!)) from += 1
  while (to > from && !outer.test(text[to - 1]!)) to -= 1
  const that = /^that\s+["“”'‘]*/i.exec(text.slice(from, to))
  return that && to - from > that[0].length ? { start: from + that[0].length, end: to } : { start: from, end: to }
}
export const key = ({ start, end }: GoldSpan) => `${start}-${end}`

const OPENING = /^["“«'‘`]/
const CLOSING = /["”»'’]\W*$/

/** Gold segments, line by line; `direct` where the whole segment stands in marks. */
export function goldSegments({ text, attributions }: GoldDocument) {
  return attributions.flatMap((attribution) => {
    const pieces = attribution.content.flatMap((span) => {
      const found: GoldSpan[] = []
      for (const line of text.slice(span.start, span.end).matchAll(/[^\n]+/g)) {
        const start = span.start + line.index
        found.push({ start, end: start + line[0].length })
      }
      return found
    })
    // Sentences of one quotation that were marked one by one are one segment.
    for (let i = pieces.length - 1; i > 0; i--)
      if (/^[^\p{L}\p{N}\n]{0,3}$/u.test(text.slice(pieces[i - 1]!.end, pieces[i]!.start))) {
        pieces[i - 1]!.end = pieces[i]!.end
        pieces.splice(i, 1)
      }
    return pieces.map((piece, i) => {
      const words = text.slice(piece.start, piece.end).trim()
      const closed = CLOSING.test(words) || (i < pieces.length - 1 && OPENING.test(words))
      const inner = words.slice(1, -1)
      return {
        ...trimSpan(text, piece),
        direct: OPENING.test(words) && closed && !/["”][^"“”]*["“]/.test(inner),
        attribution,
      }
    })
  })
}

/** The head word of a source: the last word of its first noun phrase. */
export function headOf(words: string): string {
  const first =
    words.replace(/^\W+/, '').split(/,|\s(?:of|for|from|in|at|on|who|with|to|and|that|whose)\s|\s-\s|\(/)[0] ?? ''
  return (first.match(/[\p{L}\p{N}][\p{L}\p{N}'’.-]*/gu)?.at(-1) ?? '').replace(/['’]s$|\.$/g, '').toLowerCase()
}

export type Extract = (document: Document) => Statement[]

/** Direct spans, their speakers, and the characters of all content. */
export function scorePolnear(documents: GoldDocument[], extract: Extract, onMiss?: (line: string) => void) {
  const direct: Score = { found: 0, predicted: 0, gold: 0 }
  const speaker = { right: 0, all: 0 }
  const characters: Score = { found: 0, predicted: 0, gold: 0 }
  for (const document of documents) {
    const { text } = document
    const statements = extract(asDocument(document.name, text))
    const gold = goldSegments(document)
    const golden = new Map(gold.filter((one) => one.direct).map((one) => [key(one), one]))
    const inMixed = (span: GoldSpan) =>
      gold.some((one) => !one.direct && one.start <= span.start && one.end >= span.end)
    const hit = new Set<string>()
    direct.gold += golden.size
    for (const statement of statements.filter(({ directness }) => directness === 'direct')) {
      const span = trimSpan(text, statement)
      const match = golden.get(key(span))
      if (!match) {
        if (inMixed(span)) continue
        direct.predicted += 1
        onMiss?.(
          `+ ${text.slice(statement.start - 60, statement.start)}⟦${statement.content}⟧${text.slice(statement.end, statement.end + 60)}`,
        )
        continue
      }
      if (hit.has(key(span))) continue
      hit.add(key(span))
      direct.predicted += 1
      direct.found += 1
      const [source] = match.attribution.source
      if (!source) continue
      speaker.all += 1
      const wanted = headOf(text.slice(source.start, source.end))
      const got = headOf(statement.speaker?.mention?.text ?? '')
      if (wanted === got) speaker.right += 1
      else
        onMiss?.(
          `? wanted ${text.slice(source.start, source.end)} | got ${statement.speaker?.mention?.text ?? '-'} :: ${text.slice(Math.max(0, statement.start - 90), statement.start)}⟦${statement.content.slice(0, 50)}…${statement.content.slice(-30)}⟧${text.slice(statement.end, statement.end + 90)}`,
        )
    }
    for (const [one, { start, end }] of golden)
      if (!hit.has(one))
        onMiss?.(`- ${text.slice(start - 60, start)}⟦${text.slice(start, end)}⟧${text.slice(end, end + 60)}`)
    addCharacters(text, statements, gold, characters)
  }
  return { direct, speaker, characters }
}

function addCharacters(text: string, statements: Statement[], gold: GoldSpan[], score: Score): void {
  const ours = new Uint8Array(text.length)
  const theirs = new Uint8Array(text.length)
  for (const statement of statements) {
    const { start, end } = trimSpan(text, statement)
    ours.fill(1, start, end)
  }
  for (const { start, end } of gold) theirs.fill(1, start, end)
  for (let i = 0; i < text.length; i++) {
    score.predicted += ours[i]!
    score.gold += theirs[i]!
    score.found += ours[i]! & theirs[i]!
  }
}

export const asDocument = (id: string, text: string): Document => ({
  id,
  kind: 'article',
  url: null,
  title: null,
  text,
  author: null,
  publisher: null,
  published: null,
  publishedFrom: null,
  language: 'en',
  archivedAt: [],
  provenance: [],
  post: null,
})
