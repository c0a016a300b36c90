/** Quality of statements on labelled corpora: spans, speakers, content. `--misses N` prints what went wrong. */
import { createFinder, findMentions } from '../../src/mentions/find-mentions.ts'
import { extractStatements } from '../../src/statements/extract-statements.ts'
import { shared } from '../support/shared.ts'
import { scoreArticles } from './statements/articles.ts'
import { scoreCofenet } from './statements/cofenet.ts'
import { type Extract, f1, scorePolnear } from './statements/measure.ts'
import { readPolnear } from './statements/polnear.ts'
import { scoreTraps } from './statements/traps.ts'

const finder = createFinder([])
const extract: Extract = (document) => extractStatements(document, findMentions(document, finder), [])

export async function run(args: string[]): Promise<void> {
  const part = args.includes('--train') ? 'train' : 'dev'
  const wanted = args.includes('--misses') ? Number(args[args.indexOf('--misses') + 1] ?? 50) : 0
  const kind = args[args.indexOf('--kind') + 1]
  const folder = shared('data/quotes/polnear', part)
  const rows: Record<string, Record<string, string>> = {}
  if (folder) {
    const misses: string[] = []
    const { direct, speaker, characters } = scorePolnear(readPolnear(folder), extract, (line) => misses.push(line))
    for (const miss of misses
      .filter((line) => !args.includes('--kind') || line.startsWith(kind ?? ''))
      .slice(0, wanted))
      console.log(miss.replaceAll('\n', '⏎'))
    rows[`PolNeAR ${part}, direct spans, exact`] = shown(f1(direct), '93.9', '96')
    rows[`PolNeAR ${part}, speaker of direct quotations, head word`] = {
      score: ((100 * speaker.right) / speaker.all).toFixed(1),
      P: '',
      R: `n=${speaker.all}`,
      baseline: '82.3',
      'must reach': '88',
    }
    rows[`PolNeAR ${part}, all content, characters`] = shown(f1(characters), '73.1', '80')
  } else console.log('PolNeAR is not on this machine: its rows are left out')
  const cofenet = shared('data/quotes/cofenet-polnear/valid.jsonl')
  if (cofenet && !wanted)
    rows['CofeNet PolNeAR valid, content, exact'] = shown(f1(scoreCofenet(cofenet, extract)), '38.5', '50')
  const seeds = shared('data/seeds')
  if (seeds) {
    const { found, labels, clusters, wrong, discrepancies } = scoreArticles(seeds)
    rows[`five articles, statements with the right speaker, of ${labels} that we labelled`] = {
      score: String(found),
      'must reach': '55',
    }
    rows['five articles, same-quotation clusters found / of two speakers'] = {
      score: `${clusters} / ${wrong}`,
      'must reach': '4 / 0',
    }
    rows['five articles, counts that do not agree'] = { score: discrepancies.join('; ') || 'none' }
  }
  const onTrap = args.includes('--traps') ? console.log : undefined
  rows['common-word traps, 208 sentences'] = shown(f1(scoreTraps('common-words', onTrap)), '83.9', '95')
  rows['common-word traps, 194 more'] = shown(f1(scoreTraps('more-common-words', onTrap)), '', '95')
  console.table(rows)
}

const shown = ({ p, r, f }: ReturnType<typeof f1>, baseline: string, goal: string) => ({
  score: f.toFixed(1),
  P: p.toFixed(1),
  R: r.toFixed(1),
  baseline,
  'must reach': goal,
})
