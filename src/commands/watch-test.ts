import { pageText, readyPage, textTest } from '../digests/text-test.ts'
import { createWanted } from '../digests/wanted.ts'
import type { Document, Entity, WatchTerm } from '../model.ts'
import type { Found } from '../store/store.ts'
import type { Asker } from './asking.ts'
import type { CommandContext } from './context.ts'
import { highlighted, placesOfTerm } from './highlight.ts'
import type { Lister } from './lists.ts'
import { dated, quoted } from './reply.ts'
import { nameOf, toTerm } from './terms.ts'

const TEST_DAYS = 7
/** Statements and documents that are looked through, the newest first where there are more. */
const MOST = 5000
const STRETCH = 250

/** What a term would have caught in the last week, newest first, and why. The query is a term's id, or `kind|value`. */
export const watchTest: Lister = async (asker, query, context) => {
  const { say, guildId } = asker
  const term = await readQuery(query, asker, context)
  const entities = context.entities(guildId)
  const caught = await caughtBy(term, guildId, context)
  const fresh = term.kind === 'entity' ? [] : await notYetRead(term, guildId, context)
  return {
    title: say.text('watch.test.title', {
      term: quoted(nameOf(term, entities), 120),
      count: caught.length + fresh.length,
    }),
    empty: say.text('watch.test.empty'),
    rows: [
      ...caught.toReversed().map((one) => rowOf(one, term, entities, asker)),
      ...fresh.map((document) => articleRow(document, term, entities, asker)),
    ],
  }
}

async function readQuery(query: string, asker: Asker, context: CommandContext): Promise<WatchTerm> {
  const known = (await context.store.watchTerms.list(asker.guildId)).find(({ id }) => id === query)
  if (known) return known
  const [kind = '', ...value] = query.split('|')
  const term = toTerm(value.join('|'), kind, asker, context)
  return term ?? { ...toTerm(query, 'phrase', asker, context)!, value: query }
}

async function caughtBy(term: WatchTerm, guildId: string, { store, now }: CommandContext): Promise<Found[]> {
  const seen = store.seenBy(guildId)
  const isWanted = createWanted([term])
  const caught: Found[] = []
  let from = Math.max(await seen.statements.before(weekBefore(now())), (await seen.statements.last()) - MOST)
  for (;;) {
    const found = await seen.statements.since(from, { sample: false, limit: STRETCH })
    caught.push(...found.filter(isWanted))
    if (found.length < STRETCH) return caught
    from = found.at(-1)?.sequence ?? from
    await new Promise(setImmediate)
  }
}

/** Articles that nobody read for statements, since nobody tracked stands in them: the term would have them read. */
async function notYetRead(term: WatchTerm, guildId: string, { store, now }: CommandContext): Promise<Document[]> {
  const seen = store.seenBy(guildId)
  const test = textTest(term)
  const caught: Document[] = []
  for (let from = 0; from < MOST; from += STRETCH) {
    const documents = await seen.documents.silentSince(weekBefore(now()), { from, limit: STRETCH })
    caught.push(...documents.filter((document) => test(readyPage(pageText(document)))))
    if (documents.length < STRETCH) break
    await new Promise(setImmediate)
  }
  return caught
}

const weekBefore = (now: string) => new Date(Date.parse(now) - TEST_DAYS * 86_400_000).toISOString()

function rowOf({ statement, document }: Found, term: WatchTerm, entities: Entity[], { say }: Asker): string {
  const inWords = placesOfTerm(statement.content, term, entities)
  const inText = inWords.length > 0 ? [] : placesOfTerm(pageText(document), term, entities)
  const isSpeaker = term.kind === 'entity' && statement.speaker?.entityId === term.value
  const why = say.text(isSpeaker ? 'watch.why.speaker' : inWords.length > 0 ? 'watch.why.words' : 'watch.why.document')
  const who = quoted(statement.speaker?.name ?? say.text('digest.speaker.unknown'), 60)
  const where = [
    quoted(document.publisher ?? '', 60),
    document.published ? dated(document.published, say) : '',
    `\`${statement.id.slice(0, 12)}\``,
  ]
    .filter(Boolean)
    .join(' · ')
  const around = !isSpeaker && inText.length > 0 ? `: ${highlighted(pageText(document), inText, 110)}` : ''
  return `**${who}** · ${where}\n> ${highlighted(statement.content, inWords, 160)}\n-# ${why}${around}`
}

function articleRow(document: Document, term: WatchTerm, entities: Entity[], { say }: Asker): string {
  const text = pageText(document)
  const around = highlighted(text, placesOfTerm(text, term, entities), 140)
  const title = quoted(document.title ?? document.url ?? '–', 100)
  return `${title} · ${quoted(document.publisher ?? '–', 60)}\n> ${around}\n-# ${say.text('watch.why.unread')}`
}
