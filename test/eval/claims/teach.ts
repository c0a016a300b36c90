import { byMeaning, type Encoder, plain, wordings } from '../../../src/claims/meaning.ts'
import { splitPassages } from '../../../src/claims/passages.ts'
import { createCore, type Ranked } from '../../../src/claims/rank-claims.ts'
import { describeSharing } from '../../../src/claims/sharing.ts'
import { localEncoder } from '../../../src/encoder/local.ts'
import { type Projection, project } from '../../../src/encoder/projection.ts'
import type { Claim } from '../../../src/model.ts'
import { type Asked, readClaimStore, readQueries } from './checkthat.ts'
import { keepVectors } from './kept-vectors.ts'
import type { Lesson } from './learn.ts'
import { addScatters, learnProjection, type Scatter, scatterOf } from './learn-projection.ts'
import { readFeedItems } from './unrelated.ts'

export const FOLDS = 5

/** A post with its candidates, and again with its own claim left out: ranks, gaps and all worked out anew. */
export type Taught = { query: Asked; fold: number; whole: Lesson; without: Lesson; plain: PlainAnswers }
/** What plain BM25 says: the rank of the right claim, and its first answer in both cases. */
export type PlainAnswers = { rank: number; whole: { score: number; isRight: boolean }; without: { score: number } }

/** Which encoder reads the posts of a fold: one that has not learnt from them. Null where words alone are learnt. */
export type Encoders = ((fold: number | 'all') => Encoder) | null

/** Queries about one claim stay in one fold. */
export function foldOf(gold: string): number {
  let hash = 7
  for (const letter of gold) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0
  return (hash >>> 7) % FOLDS
}

/** 2020 holds the same posts as 2022 under other numbers: a fold is left out of both. */
export function readFolds(): (query: Asked) => number {
  const { kept } = readClaimStore('2022')
  const digits = ({ id }: Asked) => id.replace(/\D/g, '')
  const folds = new Map(
    readQueries('2022', 'train').map((query) => [digits(query), foldOf(kept.get(query.gold) ?? query.gold)]),
  )
  return (query) => folds.get(digits(query)) ?? 0
}

export async function teach(year: string, split: 'train' | 'dev', encoders: Encoders): Promise<Taught[]> {
  const { claims, kept } = readClaimStore(year)
  const core = createCore()
  for (const claim of claims) core.add(claim)
  const foldFor = readFolds()
  const taught: Taught[] = []
  for (const query of readQueries(year, split)) {
    const gold = kept.get(query.gold) ?? query.gold
    const place = core.placeOf(gold) ?? -1
    const fold = foldFor(query)
    const lesson = async (ranked: Ranked) => {
      const encoder = encoders?.(split === 'train' ? fold : 'all')
      return toLesson(encoder ? await byMeaning(ranked, query.text, encoder) : ranked, place)
    }
    const found = core.fetch(query.text, 6).map(({ claimId, score }) => ({ score, isRight: claimId === gold }))
    const [first, other] = [found[0], found.find(({ isRight }) => !isRight)]
    taught.push({
      query,
      fold,
      whole: await lesson(core.rank(query.text)),
      without: await lesson(core.rank(query.text, undefined, place)),
      plain: {
        rank: found.slice(0, 5).findIndex(({ isRight }) => isRight),
        whole: first ?? { score: 0, isRight: false },
        without: { score: other?.score ?? 0 },
      },
    })
  }
  return taught
}

function toLesson(ranked: Ranked, place: number): Lesson {
  const { query, candidates, rows, weigh } = ranked
  const sharing = describeSharing(query, candidates, weigh)
  return { rows, sharing: rows.map((_, i) => sharing(i)), right: candidates.findIndex((one) => one.place === place) }
}

/** How many unrelated passages are learnt from. */
const UNRELATED = { words: 3000, encoded: 350 }

/** Passages of every second feed that is no news of claims: what nobody should be told about. */
export async function teachUnrelated(encoders: Encoders): Promise<Lesson[]> {
  const core = createCore()
  for (const claim of readClaimStore('2022').claims) core.add(claim)
  const passages = (await readFeedItems(0)).flatMap(({ text }) => splitPassages(text))
  const step = Math.max(1, Math.floor(passages.length / UNRELATED[encoders ? 'encoded' : 'words']))
  const lessons: Lesson[] = []
  for (let i = 0; i < passages.length; i += step) {
    const ranked = core.rank(passages[i]!)
    if (ranked.rows.length === 0) continue
    lessons.push(toLesson(encoders ? await byMeaning(ranked, passages[i]!, encoders('all')) : ranked, -2))
  }
  return lessons
}

/** How often a post and its claim count beside a claim and its title. */
const POSTS_WEIGH = 3
const WIDTH = 512

/**
 * Fits the encoder to claims: titles lie close to their claims, posts of the train split to theirs. One projection of
 * all posts, and one for each fold that has seen the others alone. Of the claims, those that such a post might be
 * taken for.
 */
export async function fitEncoder(): Promise<{ projection: Projection; encoders: NonNullable<Encoders>; save(): void }> {
  const raw = keepVectors(localEncoder({ projection: null }))
  const { claims, kept } = readClaimStore('2022')
  const core = createCore()
  for (const claim of claims) core.add(claim)
  const foldFor = readFolds()
  const likely = new Map<string, Claim>()
  const posts: { fold: number; texts: [string, string] }[] = []
  for (const query of readQueries('2022', 'train')) {
    for (const { form } of core.rank(query.text).candidates.slice(0, 16)) likely.set(form.claim.id, form.claim)
    const { text, title } = core.get(kept.get(query.gold) ?? query.gold)!
    const { whole } = wordings(query.text)
    for (const one of [text, title ?? text]) posts.push({ fold: foldFor(query), texts: [whole, plain(one)] })
  }
  const scatter = async (texts: [string, string][]) => {
    const vectors = (await raw.encode(texts.flat())).map(toUnit)
    return scatterOf(
      texts.map((_, i) => [vectors[2 * i]!, vectors[2 * i + 1]!]),
      WIDTH,
    )
  }
  const titled = await scatter(
    [...likely.values()].flatMap(({ text, title }) => (title ? [[plain(text), plain(title)]] : [])),
  )
  const posted: Scatter[] = []
  for (let fold = 0; fold < FOLDS; fold++)
    posted.push(await scatter(posts.filter((one) => one.fold === fold).map(({ texts }) => texts)))
  const learnWithout = (left: number | 'all') => {
    const seen = posted.filter((_, fold) => fold !== left)
    return learnProjection(addScatters([titled, ...Array.from({ length: POSTS_WEIGH }, () => seen).flat()]), WIDTH)
  }
  const encoderOf = (projection: Projection, name: string): Encoder => ({
    name,
    encode: async (texts) => (await raw.encode(texts)).map((vector) => project(vector, projection)),
  })
  const projection = learnWithout('all')
  const all = encoderOf(projection, 'all')
  const others = posted.map((_, fold) => encoderOf(learnWithout(fold), `all but fold ${fold}`))
  return { projection, encoders: (fold) => (fold === 'all' ? all : others[fold]!), save: () => raw.save() }
}

function toUnit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1
  return vector.map((value) => value / length)
}
