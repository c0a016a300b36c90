import { readFileSync } from 'node:fs'
import { asDocument, type Extract, key, type Score, trimSpan } from './measure.ts'
import type { GoldSpan } from './polnear.ts'

const TIGHT_BEFORE = /^(?:[,.;:?!%)\]”’]|'s|n't|'re|'ve|'ll|'d|'m|’s|n’t|’re|’ve|’ll|’d|’m|'')/
const TIGHT_AFTER = /^(?:[($[“‘]|``)$/

/** Exact spans of content on rows of tokens, marks and a leading “that” aside. */
export function scoreCofenet(path: string, extract: Extract): Score {
  const score: Score = { found: 0, predicted: 0, gold: 0 }
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (!line) continue
    const { tokens, labels } = JSON.parse(line) as { tokens: string[]; labels: string[] }
    const { text, spans } = joined(tokens, labels)
    const gold = new Set(spans.map((span) => key(trimSpan(text, span))))
    const ours = new Set(extract(asDocument('row', text)).map((statement) => key(trimSpan(text, statement))))
    score.gold += gold.size
    score.predicted += ours.size
    for (const one of ours) if (gold.has(one)) score.found += 1
  }
  return score
}

/** The row as text, with the spans of its content. */
function joined(tokens: string[], labels: string[]): { text: string; spans: GoldSpan[] } {
  let text = ''
  const spans: GoldSpan[] = []
  let open = false
  for (const [i, token] of tokens.entries()) {
    const before = tokens[i - 1] ?? ''
    const evenQuotes = (text.match(/"/g)?.length ?? 0) % 2 === 0
    const tight =
      i === 0 ||
      TIGHT_BEFORE.test(token) ||
      TIGHT_AFTER.test(before) ||
      (token === '"' && !evenQuotes) ||
      (before === '"' && !evenQuotes)
    if (!tight) text += ' '
    const start = text.length
    text += token
    const label = labels[i] ?? 'O'
    if (label === 'B-content') spans.push({ start, end: text.length })
    else if (label === 'I-content' && open) spans.at(-1)!.end = text.length
    open = label.endsWith('-content')
  }
  return { text, spans }
}
