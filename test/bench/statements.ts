/** Speed of extraction on one core, beside compromise and wink-nlp on the same documents; growth with length and terms. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import nlp from 'compromise'
import winkModel from 'wink-eng-lite-web-model'
import winkNlp from 'wink-nlp'
import { createFinder, findMentions } from '../../src/mentions/find-mentions.ts'
import type { Entity } from '../../src/model.ts'
import { extractStatements } from '../../src/statements/extract-statements.ts'
import { asDocument } from '../eval/statements/measure.ts'
import { shared } from '../support/shared.ts'

const INVENTED = Array.from({ length: 84 }, (_, i) =>
  `Mira Sol said the lamps on quay ${i} would stay on. “Nobody was asked,” she told The Gazette on Monday. According to the harbour office, ${i + 3} masts carry cameras.\n\n`.repeat(
    12,
  ),
)

export async function run(): Promise<void> {
  const folder = shared('data/quotes/polnear/dev/text')
  const texts = folder ? readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8')) : INVENTED
  console.log(folder ? 'PolNeAR dev, 84 documents' : 'PolNeAR is not on this machine: 84 invented documents instead')
  const finder = createFinder([])
  const ours = (text: string) => {
    const document = asDocument('d', text)
    return extractStatements(document, findMentions(document, finder), [])
  }
  const wink = winkNlp(winkModel, ['sbd', 'pos'])
  const rows = {
    'onrecord, whole extraction': rate(texts, ours, 5),
    'wink-nlp, sentences and tags alone': rate(texts, (text) => wink.readDoc(text).tokens().out(wink.its.pos), 1),
    'compromise, quotations() and people()': rate(
      texts.slice(0, 12),
      (text) => [nlp(text).quotations().json(), nlp(text).people().json()],
      1,
    ),
  }
  const base = rows['onrecord, whole extraction']
  console.table(
    Object.fromEntries(
      Object.entries(rows).map(([name, docs]) => [
        name,
        { 'documents/s': docs.toFixed(0), 'ours is so many times as fast': (base / docs).toFixed(1) },
      ]),
    ),
  )
  growth(texts, ours)
  terms(texts)
}

/** Documents a second once warm: a process that watches feeds is. */
function rate(texts: string[], work: (text: string) => unknown, rounds: number): number {
  for (const text of texts) work(text)
  const begun = performance.now()
  for (let round = 0; round < rounds; round++) for (const text of texts) work(text)
  return (texts.length * rounds * 1000) / (performance.now() - begun)
}

function growth(texts: string[], work: (text: string) => unknown): void {
  const all = texts.join('\n\n')
  const sizes = [50_000, 500_000, 5_000_000]
  const rows = sizes.map((size) => {
    const text = all.repeat(Math.ceil(size / all.length)).slice(0, size)
    const begun = performance.now()
    work(text)
    const ms = performance.now() - begun
    return [
      `one document of ${size / 1000} kB`,
      { ms: ms.toFixed(0), 'ms per 100 kB': ((ms / size) * 100_000).toFixed(1) },
    ]
  })
  console.table(Object.fromEntries(rows))
}

/** Watching 10,000 terms beside 10, and beside one big regular expression. */
function terms(texts: string[]): void {
  const words = [...new Set(texts.join(' ').match(/\b\p{Lu}\p{L}{4,}\b/gu) ?? [])]
  const name = (i: number) =>
    i % 50 === 0 ? (words[i % words.length] ?? `Name${i}`) : `${words[i % words.length] ?? 'Name'}${i.toString(36)}`
  const named = (count: number): Entity[] =>
    Array.from({ length: count }, (_, i) => ({
      id: `e${i}`,
      name: name(i),
      kind: 'organisation',
      aliases: [],
      handles: [],
      roles: [],
      near: [],
      notNear: [],
      relations: [],
    }))
  const timed = (count: number) => {
    const finder = createFinder(named(count))
    return rate(texts, (text) => findMentions(asDocument('d', text), finder), 3)
  }
  const regex = (count: number) => {
    const pattern = new RegExp(
      `\\b(?:${named(count)
        .map((entity) => entity.name)
        .join('|')})\\b`,
      'g',
    )
    return rate(texts, (text) => text.match(pattern), 1)
  }
  const [ten, many, manyByRegex] = [timed(10), timed(10_000), regex(10_000)]
  console.table({
    'watching 10 terms': { 'documents/s': ten.toFixed(0), 'cost, 10 terms = 1': '1.0' },
    'watching 10,000 terms': { 'documents/s': many.toFixed(0), 'cost, 10 terms = 1': (ten / many).toFixed(1) },
    'one RegExp of 10,000 terms': {
      'documents/s': manyByRegex.toFixed(0),
      'cost, 10 terms = 1': (ten / manyByRegex).toFixed(1),
    },
  })
}
