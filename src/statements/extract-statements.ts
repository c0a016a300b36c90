import { createHash } from 'node:crypto'
import { splitTextEmbeds } from '../documents/embeds.ts'
import { postTime } from '../documents/post-time.ts'
import type { Author, Document, Entity, Mention, Span, Statement } from '../model.ts'
import { type Tag, tagAfter, tagBefore } from './attribution.ts'
import { findFigures } from './figures.ts'
import { findQuotes, type Quote } from './find-quotes.ts'
import { findIndirect } from './indirect.ts'
import { kindOf } from './kind-of-quote.ts'
import { createPeople, isName, type People } from './people.ts'
import { type View, viewText, withoutAbbreviations } from './view-text.ts'

type Draft = {
  start: number
  end: number
  turn: string
  directness: Statement['directness']
  tag: Tag | null
  speaker: Span | null
}

/**
 * Finds every attributed statement of a document, whoever speaks: quotations with their speaker, indirect speech with
 * a cue, posts. In reading order; never throws.
 */
export function extractStatements(document: Document, mentions: Mention[], entities: Entity[]): Statement[] {
  if (document.kind === 'post') return ofPost(document, entities)
  const embeds = splitTextEmbeds(document.text).posts.flatMap(({ place, author, key }) =>
    place ? [{ place, author, key }] : [],
  )
  const masked = embeds.reduce(
    (text, { place }) => text.slice(0, place.from) + '\n'.repeat(place.to - place.from) + text.slice(place.to),
    document.text,
  )
  const seen = viewText(masked)
  const view = { ...seen, text: withoutAbbreviations(seen.text) }
  const back = backwards(document.text, view)
  const inView = mentions.map((mention) => ({ ...mention, start: back(mention.start), end: back(mention.end) }))
  const people = createPeople(entities, inView, view.text)
  const quotes = findQuotes(view.text)
  const clauses = indirect(view.text, quotes)
  const spoken = direct(view.text, quotes, people)
  // What stands in quotation marks inside somebody's clause is part of it; a clause inside a quotation is the quotation's.
  const within = (inner: Draft, outer: Draft) => outer.start <= inner.start && outer.end >= inner.end
  const drafts = [
    ...spoken.filter(
      (draft) =>
        !clauses.some((clause) => within(draft, clause) && clause.end - clause.start > draft.end - draft.start + 4),
    ),
    ...clauses.filter((clause) => !spoken.some((draft) => draft.directness === 'direct' && within(clause, draft))),
  ]
  drafts.sort((a, b) => a.start - b.start || b.end - a.end)
  const posts = embeds.map((embed) => ofEmbed(embed, document, entities))
  return [...drafts.map((draft) => finish(draft, document, view, people, entities)), ...posts].sort(
    (a, b) => a.start - b.start,
  )
}

type Embed = { place: { start: number; end: number }; author: Author | null; key: string }

/** A post that stands in an article's plain text, as its author's own statement. */
function ofEmbed({ place: { start, end }, author, key }: Embed, document: Document, entities: Entity[]): Statement {
  const said = postTime(key, null).exact
  const [statement] = ofPost(
    { ...document, id: `${document.id} ${key}`, author, published: said, text: document.text.slice(start, end) },
    entities,
  )
  const figures = statement!.figures.map((figure) => ({
    ...figure,
    start: figure.start + start,
    end: figure.end + start,
  }))
  return { ...statement!, documentId: document.id, start, end, figures }
}

/** Sentences of a paragraph; a quotation is never parted. */
function sentences(text: string, from: number, quotes: Quote[]): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = []
  let start = 0
  for (const match of text.matchAll(/[.!?…]["”’)\]]*\s+(?=["“‘'([]?[\p{Lu}\d@#])/gu)) {
    const at = from + match.index
    if (quotes.some((quote) => at >= quote.start && at < quote.end - 1)) continue
    found.push({ start: from + start, end: from + match.index + match[0].length })
    start = match.index + match[0].length
  }
  found.push({ start: from + start, end: from + text.length })
  return found
}

function paragraphsOf(text: string): { start: number; end: number }[] {
  return Array.from(text.matchAll(/[^\n]+/g), (match) => ({ start: match.index, end: match.index + match[0].length }))
}

/** Quotations with their speakers: a tag beside them, else the speaker of the words they go on from. */
function direct(text: string, quotes: Quote[], people: People): Draft[] {
  const drafts: Draft[] = []
  let running: { speaker: Span | null; turn: string; paragraph: number; tag: Tag | null } | null = null
  const paragraphs = paragraphsOf(text)
  for (const [p, paragraph] of paragraphs.entries()) {
    const words = text.slice(paragraph.start, paragraph.end)
    const own = quotes.filter(({ start }) => start >= paragraph.start && start <= paragraph.end)
    for (const { text: name, start } of names(words, paragraph.start))
      people.name({ text: name, start, end: start + name.length })
    const cut = sentences(words, paragraph.start, own)
    if (own.length === 0) {
      if (/:\s*$/.test(words)) running = petition(words, paragraph.start, p) ?? null
      else if (running?.turn.startsWith('block') && running.paragraph === p - 1) {
        if (words.split(/\s+/).length >= 6)
          drafts.push({
            ...paragraph,
            turn: running.turn,
            directness: 'direct',
            tag: running.tag,
            speaker: running.speaker,
          })
        running = null
      }
      continue
    }
    for (const [i, quote] of own.entries()) {
      const sentence = cut.find(({ start, end }) => quote.start >= start && quote.start <= end) ?? paragraph
      const next = own[i + 1]
      const after = text.slice(quote.end + 1, Math.min(next ? next.start - 1 : paragraph.end, paragraph.end))
      const lead = text.slice(Math.max(sentence.start, i > 0 ? own[i - 1]!.end + 1 : sentence.start), quote.start - 1)
      const tag: Tag | null =
        (quote.closed ? tagAfter(after.split(/(?<=[.!?])\s/)[0] ?? '', quote.end + 1) : null) ??
        tagBefore(lead, sentence.start === quote.start - 1 ? quote.start - 1 : quote.start - 1 - lead.length)
      const inside = text.slice(quote.start, quote.end)
      const kind = kindOf(inside, {
        lead,
        after,
        tag,
        closed: quote.closed,
        alone: quote.end - quote.start > words.trim().length - 4,
        goesOn: running?.paragraph === p,
      })
      if (kind === 'none' || (kind === 'mixed' && inside.split(/\s+/).length < 3)) continue
      const startsParagraph = quote.start - paragraph.start <= 2
      const goesOn: boolean =
        running !== null && (running.paragraph === p || (startsParagraph && running.paragraph === p - 1))
      const sameTurn: boolean = goesOn && (tag?.source ?? null) === null
      const speaker: Span | null =
        tag?.source ?? (goesOn ? running!.speaker : (lastNamed(text, paragraph.start, people) ?? null))
      const turn: string = sameTurn ? running!.turn : `q${quote.turn}`
      const label = /^(\p{Lu}[\p{Lu}. ]{1,30}):\s+/u.exec(inside)
      const start = quote.start + (label?.[0].length ?? 0)
      const said: Span | null = label
        ? { text: label[1]!, start: quote.start, end: quote.start + label[1]!.length }
        : speaker
      drafts.push({
        start,
        end: trimmed(text, quote),
        turn: label ? `l${quote.start}` : turn,
        directness: kind,
        tag,
        speaker: said,
      })
      running = { speaker, turn, paragraph: p, tag }
      backfill(drafts, turn, speaker, tag)
    }
  }
  return drafts
}

/** A quotation that ran on from the paragraph before got its speaker only now: “… she said.” stands at its end. */
function backfill(drafts: Draft[], turn: string, speaker: Span | null, tag: Tag | null): void {
  if (!speaker) return
  for (const draft of drafts)
    if (draft.turn === turn && !draft.tag?.source && draft.speaker !== speaker)
      Object.assign(draft, { speaker, tag: draft.tag ?? tag })
}

/** “The petition says:” before a paragraph without marks: that paragraph is quoted. */
function petition(words: string, from: number, paragraph: number) {
  const tag = tagBefore(words, from)
  return tag && words.length < 300 ? { speaker: tag.source, turn: `block${paragraph}`, paragraph, tag } : null
}

function lastNamed(text: string, before: number, _people: People): Span | null {
  const lead = text.slice(Math.max(0, before - 400), before)
  const found = names(lead, Math.max(0, before - 400)).at(-1)
  return found ? { text: found.text, start: found.start, end: found.start + found.text.length } : null
}

function names(text: string, from: number): { text: string; start: number }[] {
  return Array.from(text.matchAll(/\p{Lu}[\p{L}'’-]+(?:\s+\p{Lu}[\p{L}'’-]+){1,3}/gu), (match) => ({
    text: match[0],
    start: from + match.index,
  })).filter(({ text: name }) => isName(name))
}

/** A comma before the closing mark belongs to the sentence around it. */
const trimmed = (text: string, quote: Quote) => (text[quote.end - 1] === ',' ? quote.end - 1 : quote.end)

function indirect(text: string, quotes: Quote[]): Draft[] {
  const drafts: Draft[] = []
  for (const paragraph of paragraphsOf(text)) {
    const own = quotes.filter(({ start }) => start >= paragraph.start && start <= paragraph.end)
    for (const sentence of sentences(text.slice(paragraph.start, paragraph.end), paragraph.start, own)) {
      const inside = own.filter(({ start, end }) => start >= sentence.start && end <= sentence.end)
      const masked = inside.reduce(
        (words, { start, end }) =>
          words.slice(0, start - sentence.start) + '_'.repeat(end - start) + words.slice(end - sentence.start),
        text.slice(sentence.start, sentence.end),
      )
      for (const found of findIndirect(masked, sentence.start)) {
        const held = inside.filter(({ start, end }) => start >= found.start && end <= found.end + 1)
        const quoted = held.reduce((sum, { start, end }) => sum + end - start, 0)
        if (quoted > (found.end - found.start) * 0.75) continue
        drafts.push({
          start: found.start,
          end: found.end,
          turn: `i${found.start}`,
          directness: quoted > 0 ? 'mixed' : 'indirect',
          tag: found,
          speaker: found.source,
        })
      }
    }
  }
  return drafts
}

function finish(draft: Draft, document: Document, view: View, people: People, entities: Entity[]): Statement {
  const start = view.raw(draft.start)
  const end = view.raw(draft.end - 1) + 1
  const toRaw = (span: Span | null): Span | null => {
    if (!span) return null
    const [from, to] = [view.raw(span.start), view.raw(span.end - 1) + 1]
    return { text: document.text.slice(from, to), start: from, end: to }
  }
  const who = draft.speaker && people.resolve(draft.speaker)
  if (draft.speaker) people.spoke(draft.speaker)
  const content = document.text.slice(start, end)
  const spokesperson = entities
    .find(({ id }) => id === who?.entityId)
    ?.relations.find(({ type }) => type === 'spokesperson')
  const organisation = entities.find(({ id }) => id === spokesperson?.of)
  return {
    id: hash(`${document.id} ${start} ${end}`),
    documentId: document.id,
    speaker: who ? { ...who, mention: toRaw(draft.speaker) } : null,
    speaksFor: organisation ? { name: organisation.name, entityId: organisation.id } : null,
    cue: toRaw(draft.tag?.cue ?? null),
    content,
    start,
    end,
    turnId: hash(`${document.id} ${draft.turn}`),
    directness: draft.directness,
    reportedBy:
      /\btold ((?:The |the )?\p{Lu}[\p{L}&'’.-]*(?: \p{Lu}[\p{L}&'’.-]*){0,3})/u.exec(
        view.text.slice(draft.end, draft.end + 120),
      )?.[1] ?? null,
    medium: null,
    said: null,
    figures: findFigures(content).map((figure) => ({
      ...figure,
      start: figure.start + start,
      end: figure.end + start,
    })),
    confidence: who?.entityId ? 0.9 : who ? 0.7 : 0.4,
  }
}

function ofPost(document: Document, entities: Entity[]): Statement[] {
  if (document.text.trim() === '') return []
  const handle = document.author?.alternateName?.toLowerCase()
  const entity = entities.find(({ handles }) => handles.some((one) => one.toLowerCase() === handle))
  const name = entity?.name ?? document.author?.name ?? document.author?.alternateName ?? null
  const id = hash(`${document.id} post`)
  return [
    {
      id,
      documentId: document.id,
      speaker: name ? { name, entityId: entity?.id ?? null, mention: null } : null,
      speaksFor: null,
      cue: null,
      content: document.text,
      start: 0,
      end: document.text.length,
      turnId: id,
      directness: 'direct',
      reportedBy: null,
      medium: 'post',
      said: document.published,
      figures: findFigures(document.text),
      confidence: 1,
    },
  ]
}

const hash = (basis: string) => createHash('sha256').update(basis).digest('hex').slice(0, 12)

/** From a place in the stored text to the place in the view. */
function backwards(raw: string, view: View): (at: number) => number {
  const places = new Int32Array(raw.length + 1).fill(-1)
  for (let i = 0; i <= view.text.length; i++) if (places[view.raw(i)] === -1) places[view.raw(i)] = i
  for (let at = raw.length, next = view.text.length; at >= 0; at--) {
    if (places[at] === -1) places[at] = next
    else next = places[at] as number
  }
  return (at) => places[at] ?? view.text.length
}
