import type { Span } from '../model.ts'
import { type Tag, tagAfter, tagBefore } from './attribution.ts'
import type { Draft } from './draft.ts'
import type { Quote } from './find-quotes.ts'
import { kindOf } from './kind-of-quote.ts'
import { isName } from './people.ts'
import type { People } from './resolve.ts'
import type { Paragraph } from './sentences.ts'

/** The utterance that a next quotation may go on with. */
type Running = { speaker: Span | null; turn: string; paragraph: number; tag: Tag | null; drafts: Draft[] }

/** Quotations with their speakers: a tag beside them, else the speaker of the words they go on from. */
export function findDirect(text: string, paragraphs: Paragraph[], people: People): Draft[] {
  const drafts: Draft[] = []
  let running: Running | null = null
  for (const [p, paragraph] of paragraphs.entries()) {
    for (const name of namesIn(text.slice(paragraph.start, paragraph.end), paragraph.start)) people.name(name)
    if (paragraph.quotes.length === 0) {
      running = unmarked(text, paragraph, p, running, drafts)
      continue
    }
    for (const [i, quote] of paragraph.quotes.entries()) {
      const found = readQuote(text, paragraph, i, running?.paragraph === p)
      if (!found) continue
      running = place(found, { text, quote, paragraph, p, running, drafts })
    }
  }
  return drafts
}

type Found = { kind: 'direct' | 'mixed'; tag: Tag | null; how: string }

/** What one quotation of a paragraph is, and who is named beside it. */
function readQuote(text: string, paragraph: Paragraph, i: number, goesOn: boolean): Found | null {
  const { quotes, sentences } = paragraph
  const quote = quotes[i]!
  const before = quotes[i - 1]
  const sentence = sentences.find(({ start, end }) => quote.start >= start && quote.start <= end) ?? paragraph
  const after = text.slice(
    quote.end + 1,
    Math.min(quotes[i + 1] ? quotes[i + 1]!.start - 1 : paragraph.end, paragraph.end, quote.end + 500),
  )
  const leadStart = Math.min(
    Math.max(sentence.start, quote.start - 600, before ? before.end + 1 : sentence.start),
    quote.start - 1,
  )
  const lead = text.slice(leadStart, quote.start - 1)
  const inside = text.slice(quote.start, quote.end)
  const next = quote.closed ? tagAfter(after.split(/(?<=[.!?])\s/)[0] ?? '', quote.end + 1) : null
  const behind = next && goesOn && /[.!?]$/.test(inside) && saysMore(text, next) ? null : next
  const tag = behind ?? tagBefore(lead, leadStart)
  const alone = quote.end - quote.start > paragraph.end - paragraph.start - 5
  const kind = kindOf(inside, { lead, after, tag, closed: quote.closed, alone, goesOn })
  if (kind === 'none' || (kind === 'mixed' && inside.split(/\s+/).length < 3)) return null
  return { kind, tag, how: behind ? 'named behind the quotation' : tag ? 'named before the quotation' : '' }
}

/** “…” The guild denied that …: a sentence of its own, that takes other words than the quotation before it. */
const saysMore = (text: string, { source, cue }: Tag): boolean =>
  source !== null && cue !== null && source.end <= cue.start && /^\s+that\s/.test(text.slice(cue.end, cue.end + 7))

type Place = { text: string; quote: Quote; paragraph: Paragraph; p: number; running: Running | null; drafts: Draft[] }

function place({ kind, tag, how }: Found, { text, quote, paragraph, p, running, drafts }: Place): Running {
  const startsParagraph = quote.start - paragraph.start <= 2
  const goesOn = running !== null && (running.paragraph === p || (startsParagraph && running.paragraph === p - 1))
  const sameTurn = goesOn && !tag?.source
  const inherited = goesOn ? running!.speaker : lastNamed(text, paragraph.start)
  const speaker = tag?.source ?? inherited
  const turn = sameTurn ? running!.turn : `q${quote.turn}`
  const label = /^(\p{Lu}[\p{Lu}. ]{1,30}):\s+/u.exec(text.slice(quote.start, quote.end))
  const labelled = label && { text: label[1]!, start: quote.start, end: quote.start + label[1]!.length }
  const source =
    how || (goesOn ? 'goes on with the speaker of the words before' : 'last person named before the paragraph')
  const draft: Draft = {
    start: quote.start + (label?.[0].length ?? 0),
    end: text[quote.end - 1] === ',' ? quote.end - 1 : quote.end,
    turn: label ? `l${quote.start}` : turn,
    directness: kind,
    tag,
    speaker: labelled ?? speaker,
    steps: [
      `quotation: ${quote.closed ? 'in marks' : 'mark left open to the end of its paragraph'}`,
      `source: ${labelled ? 'label of a transcript' : source}`,
    ],
  }
  drafts.push(draft)
  const members = sameTurn ? [...running!.drafts, draft] : [draft]
  return { speaker, turn, paragraph: p, tag, drafts: backfilled(members, quote, speaker, tag, running, drafts) }
}

/** A quotation that ran on from the paragraph before got its speaker only now: “… she said.” stands at its end. */
function backfilled(
  members: Draft[],
  quote: Quote,
  speaker: Span | null,
  tag: Tag | null,
  running: Running | null,
  drafts: Draft[],
): Draft[] {
  if (!tag?.source) return members
  const turn = `q${quote.turn}`
  for (const draft of drafts.slice(-12))
    if (draft.turn === turn && !draft.tag?.source) {
      Object.assign(draft, { speaker, tag: draft.tag ?? tag })
      draft.steps.push('source: named later in the same utterance')
    }
  return running?.turn === turn ? [...running.drafts, ...members] : members
}

/** “The petition says:” before a paragraph without marks: that paragraph is quoted. */
function unmarked(
  text: string,
  paragraph: Paragraph,
  p: number,
  running: Running | null,
  drafts: Draft[],
): Running | null {
  const words = text.slice(paragraph.start, paragraph.end)
  if (/:\s*$/.test(words)) {
    const tag = words.length < 300 ? tagBefore(words, paragraph.start) : null
    return tag?.cue ? { speaker: tag.source, turn: `block${p}`, paragraph: p, tag, drafts: [] } : null
  }
  if (running?.turn.startsWith('block') && running.paragraph === p - 1) {
    if (words.split(/\s+/).length >= 6)
      drafts.push({
        start: paragraph.start,
        end: paragraph.start + words.trimEnd().length,
        turn: running.turn,
        directness: 'direct',
        tag: running.tag,
        speaker: running.speaker,
        steps: ['quotation: a paragraph without marks behind “says:”', 'source: named before the colon'],
      })
    return null
  }
  return running
}

function lastNamed(text: string, before: number): Span | null {
  const from = Math.max(0, before - 400)
  return namesIn(text.slice(from, before), from).at(-1) ?? null
}

/** Runs of two to four capitalised words: the candidates for people that nobody tracks. */
function namesIn(text: string, from: number): Span[] {
  return Array.from(text.matchAll(/\p{Lu}[\p{L}'’-]{1,40}(?:\s+\p{Lu}[\p{L}'’-]{1,40}){1,3}/gu), (match) => ({
    text: match[0],
    start: from + match.index,
    end: from + match.index + match[0].length,
  })).filter((name) => isName(name.text))
}
