import type { Document, Entity, Mention, Span, Statement } from '../model.ts'
import { findDirect } from './direct.ts'
import type { Draft } from './draft.ts'
import { findFigures } from './figures.ts'
import { findQuotes } from './find-quotes.ts'
import { findIndirect } from './indirect.ts'
import { isThought } from './people.ts'
import { beforeCredit } from './phrase-end.ts'
import { embedsIn, idOf, ofEmbed, ofPost } from './posts.ts'
import { provenanceOf } from './provenance.ts'
import { createPeople, type People } from './resolve.ts'
import { type Paragraph, paragraphsOf } from './sentences.ts'
import { type View, viewText, withoutAbbreviations } from './view-text.ts'

/** A statement with the rule that fired at each step, in words. */
export type Explained = { statement: Statement; steps: string[] }

/**
 * Finds every attributed statement of a document, whoever speaks: quotations with their speaker, indirect speech with
 * a cue, posts. In reading order. Never throws; time grows with the text's length.
 */
export function extractStatements(document: Document, mentions: Mention[], entities: Entity[]): Statement[] {
  return explainStatements(document, mentions, entities).map(({ statement }) => statement)
}

/** Statements are found in English alone: another language is told to be so and not guessed at. */
export function isAnalysed({ kind, language }: Pick<Document, 'kind' | 'language'>): boolean {
  return kind === 'post' || !language || /^(?:en|und)(?:-|$)/i.test(language)
}

/** As `extractStatements`, with the rules that fired. */
export function explainStatements(document: Document, mentions: Mention[], entities: Entity[]): Explained[] {
  if (document.kind === 'post')
    return ofPost(document, entities).map((statement) => ({ statement, steps: ['a post: its author’s own words'] }))
  if (!isAnalysed(document)) return []
  const embeds = embedsIn(document.text)
  const blank = (text: string, from: number, to: number) =>
    text.slice(0, from) + '\n'.repeat(to - from) + text.slice(to)
  const seen = viewText(embeds.reduce((text, { place }) => blank(text, place.from, place.to), document.text))
  const view = { ...seen, text: withoutAbbreviations(seen.text) }
  const toView = backwards(document.text, view)
  const inView = mentions.map((mention) => ({ ...mention, start: toView(mention.start), end: toView(mention.end) }))
  const people = createPeople(entities, inView, view.text)
  const paragraphs = paragraphsOf(view.text, findQuotes(view.text))
  const drafts = oneFromEach(findDirect(view.text, paragraphs, people), findClauses(view.text, paragraphs))
  const found = drafts.map((draft) => finish(draft, document, view, people, entities))
  const posts = embeds.flatMap((embed) => ofEmbed(embed, document, entities))
  const explained = posts.map((statement) => ({
    statement,
    steps: ['a post that the text shows: its author’s own words'],
  }))
  return [...shareProvenance(found), ...explained].sort((a, b) => a.statement.start - b.statement.start)
}

/** Indirect speech, sentence by sentence, with the words of quotations covered up. */
function findClauses(text: string, paragraphs: Paragraph[]): Draft[] {
  const drafts: Draft[] = []
  for (const paragraph of paragraphs)
    for (const sentence of paragraph.sentences) {
      const inside = paragraph.quotes.filter(({ start, end }) => start >= sentence.start && end <= sentence.end)
      const parts: string[] = []
      let at = sentence.start
      for (const { start, end } of inside) {
        parts.push(text.slice(at, start), '_'.repeat(end - start))
        at = end
      }
      parts.push(text.slice(at, sentence.end))
      for (const found of findIndirect(parts.join(''), sentence.start)) {
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
          steps: [`clause: what “${found.cue?.text ?? ''}” takes`, 'source: the subject of the cue'],
        })
      }
    }
  return drafts
}

/**
 * What stands in quotation marks inside somebody's clause is part of it; a clause inside a quotation is the
 * quotation's. Both come in reading order.
 */
function oneFromEach(spoken: Draft[], clauses: Draft[]): Draft[] {
  const all = [
    ...spoken.map((draft) => ({ draft, clause: false })),
    ...clauses.map((draft) => ({ draft, clause: true })),
  ]
  all.sort((a, b) => a.draft.start - b.draft.start || b.draft.end - a.draft.end)
  const kept: Draft[] = []
  for (const [i, { draft, clause }] of all.entries()) {
    const around = all
      .slice(Math.max(0, i - 8), i + 3)
      .filter((one) => one.clause !== clause && one.draft.start <= draft.start && one.draft.end >= draft.end)
    const swallowed = around.some((one) =>
      clause ? one.draft.directness === 'direct' : one.draft.end - one.draft.start > draft.end - draft.start + 4,
    )
    if (!swallowed) kept.push(draft)
  }
  return kept
}

function finish(draft: Draft, document: Document, view: View, people: People, entities: Entity[]): Explained {
  const start = view.raw(draft.start)
  const stop = draft.directness === 'direct' ? draft.end : beforeCredit(view.text, draft.start, draft.end)
  const end = view.raw(stop - 1) + 1
  const toRaw = (span: Span | null): Span | null => {
    if (!span) return null
    const [from, to] = [view.raw(span.start), view.raw(span.end - 1) + 1]
    return { text: document.text.slice(from, to), start: from, end: to }
  }
  const who = draft.speaker && !isThought(draft.speaker.text) ? people.resolve(draft.speaker) : null
  if (draft.speaker) people.spoke(draft.speaker)
  const content = document.text.slice(start, end)
  const relation = entities
    .find(({ id }) => id === who?.entityId)
    ?.relations.find(({ type }) => type === 'spokesperson')
  const organisation = entities.find(({ id }) => id === relation?.of)
  const statement: Statement = {
    id: idOf(`${document.id} ${start} ${end}`),
    documentId: document.id,
    speaker: who ? { name: who.name, entityId: who.entityId, mention: toRaw(draft.speaker) } : null,
    speaksFor: organisation ? { name: organisation.name, entityId: organisation.id } : null,
    cue: toRaw(draft.tag?.cue ?? null),
    content,
    start,
    end,
    turnId: idOf(`${document.id} ${draft.turn}`),
    directness: draft.directness,
    ...provenanceOf(view.text, draft, draft.tag?.cue ?? null, document),
    figures: findFigures(content).map((figure) => ({
      ...figure,
      start: figure.start + start,
      end: figure.end + start,
    })),
    confidence: who?.entityId ? 0.9 : who ? 0.7 : 0.4,
  }
  return { statement, steps: [...draft.steps, `speaker: ${who ? who.rule : 'nobody is named'}`] }
}

/** What is told of one segment of an utterance holds for all of it. */
function shareProvenance(found: Explained[]): Explained[] {
  const told = new Map<string, Statement>()
  for (const { statement } of found)
    if ((statement.reportedBy || statement.medium || statement.said) && !told.has(statement.turnId))
      told.set(statement.turnId, statement)
  return found.map(({ statement, steps }) => {
    const first = told.get(statement.turnId)
    const { reportedBy, medium, said } = statement
    if (!first) return { statement, steps }
    return {
      steps,
      statement: {
        ...statement,
        reportedBy: reportedBy ?? first.reportedBy,
        medium: medium ?? first.medium,
        said: said ?? first.said,
      },
    }
  })
}

/** From a place in the stored text to the place in the view. */
function backwards(raw: string, view: View): (at: number) => number {
  const places = new Int32Array(raw.length + 1).fill(-1)
  for (let i = view.text.length; i >= 0; i--) places[view.raw(i)] = i
  for (let at = raw.length, next = view.text.length; at >= 0; at--) {
    if (places[at] === -1) places[at] = next
    else next = places[at]!
  }
  return (at) => places[at] ?? view.text.length
}
