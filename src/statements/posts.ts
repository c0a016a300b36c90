import { createHash } from 'node:crypto'
import { splitTextEmbeds } from '../documents/embeds.ts'
import { postTime } from '../documents/post-time.ts'
import type { Author, Document, Entity, Statement } from '../model.ts'
import { findFigures } from './figures.ts'

/** Short, and the same whenever the same is found at the same place. */
export const idOf = (basis: string): string => createHash('sha256').update(basis).digest('hex').slice(0, 12)

/** A post is one statement of its author. The words of a repost are the original author's. */
export function ofPost(document: Document, entities: Entity[]): Statement[] {
  if (document.text.trim() === '') return []
  const shared = document.post?.postKind === 'repost' ? document.post.sharedContent : null
  const author = shared ? shared.author : document.author
  const handle = author?.alternateName?.toLowerCase()
  const entity = handle
    ? entities.find(({ handles }) => handles.some((one) => one.toLowerCase() === handle))
    : undefined
  const name = entity?.name ?? author?.name ?? author?.alternateName ?? null
  const start = shared ? (/^RT @\w+:\s*/.exec(document.text)?.[0].length ?? 0) : 0
  const content = document.text.slice(start)
  const id = idOf(`${document.id} post`)
  return [
    {
      id,
      documentId: document.id,
      speaker: name ? { name, entityId: entity?.id ?? null, mention: null } : null,
      speaksFor: null,
      cue: null,
      content,
      start,
      end: document.text.length,
      turnId: id,
      directness: 'direct',
      reportedBy: null,
      medium: 'post',
      said: shared ? null : document.published,
      figures: findFigures(content).map((figure) => ({
        ...figure,
        start: figure.start + start,
        end: figure.end + start,
      })),
      confidence: 1,
    },
  ]
}

export type Embed = {
  place: { start: number; end: number; from: number; to: number }
  author: Author | null
  key: string
}

/** Posts that stand in an article's plain text. */
export const embedsIn = (text: string): Embed[] =>
  splitTextEmbeds(text).posts.flatMap(({ place, author, key }) => (place ? [{ place, author, key }] : []))

/** An embedded post as its author's own statement, its time from its id. */
export function ofEmbed(
  { place: { start, end }, author, key }: Embed,
  document: Document,
  entities: Entity[],
): Statement[] {
  const post = {
    ...document,
    id: `${document.id} ${key}`,
    author,
    published: postTime(key, null).exact,
    text: document.text.slice(start, end),
  }
  return ofPost(post, entities).map((statement) => ({
    ...statement,
    documentId: document.id,
    start,
    end,
    figures: statement.figures.map((figure) => ({ ...figure, start: figure.start + start, end: figure.end + start })),
  }))
}
