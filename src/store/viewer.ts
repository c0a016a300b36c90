import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import type { Mention } from '../model.ts'
import type { Found } from './store.ts'
import type { Tables } from './tables.ts'

/** Who looks: everybody's record (`all`: the process itself), one server by its id, or a direct message (null). */
export type Viewer = 'all' | string | null

/** The id of a server's own thing: it says whose it is, so that nobody else is shown it. */
export const ownedId = (owner: string, name: string): string =>
  `g${owner}-${
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60) || 'unnamed'
  }`

/** True for an id of another server's. */
export const isForeign = (id: string, viewer: Viewer): boolean =>
  viewer !== 'all' && /^g\d{15,20}-/.test(id) && !id.startsWith(`g${viewer}-`)

/** Documents that this viewer may see: those of no server alone, and its own. */
export const visible =
  (viewer: Viewer) =>
  ({ or, not, exists, selectFrom }: ExpressionBuilder<Tables, 'documents'>) => {
    const owners = () =>
      selectFrom('document_owners')
        .select(sql<number>`1`.as('one'))
        .whereRef('document_owners.document_id', '=', 'documents.id')
    return or([not(exists(owners())), exists(owners().where('owner', '=', viewer ?? ''))])
  }

/** Takes other servers' entities out of what was found: speakers become the words of the text again. */
export async function withoutForeign(db: Kysely<Tables>, found: Found[], viewer: Viewer): Promise<Found[]> {
  if (viewer === 'all') return found
  const seen: Found[] = []
  for (const one of found) {
    const entities = one.entities.filter((id) => !isForeign(id, viewer))
    const { speaker, speaksFor } = one.statement
    const statement = { ...one.statement }
    if (speaker?.entityId && isForeign(speaker.entityId, viewer))
      statement.speaker = await asWritten(db, one, speaker, viewer)
    if (speaksFor && isForeign(speaksFor.entityId, viewer)) statement.speaksFor = null
    seen.push({ ...one, entities, statement })
  }
  return seen
}

type Speaker = NonNullable<Found['statement']['speaker']>

/** An entity at the same place that the viewer knows, else the words that stand there, else whoever posted it. */
async function asWritten(
  db: Kysely<Tables>,
  { document }: Found,
  { mention }: Speaker,
  viewer: Viewer,
): Promise<Speaker | null> {
  const rows = await db
    .selectFrom('mentions')
    .select(['entity_id', 'body'])
    .where('document_id', '=', document.id)
    .where('start', '=', mention?.start ?? 0)
    .execute()
  const known = rows.find((row) => !isForeign(row.entity_id, viewer))
  const author = document.author?.name ?? document.author?.alternateName ?? null
  const words = mention?.text.trim() || author
  if (!words || /^(?:he|she|they|it)$/i.test(words)) return null
  const there = known && (JSON.parse(known.body) as Mention).text === (mention?.text ?? '')
  return { name: words, entityId: there ? known.entity_id : null, mention }
}
