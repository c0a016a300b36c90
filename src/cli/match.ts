import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { createMatcher } from '../claims/match-claims.ts'
import { loadConfig } from '../config.ts'
import { UsageError } from '../errors.ts'
import { matchWith, openEncoder } from '../jobs/encoder.ts'
import { createLog } from '../log.ts'
import { readClaims } from './read-claims.ts'
import type { Io, Verb } from './verb.ts'

export const verb: Verb = {
  summary: 'find the known claim behind each text',
  help: `
onrecord match --claims <file> [--top N] [--words] [--config FILE] <queries.jsonl>

Finds, for each query, the known claims it bears on, best first.

  --claims <file>   claims as .jsonl ({"id","text","title"}), .tsv or .csv with named columns,
                    .yaml, or schema.org ClaimReview as .json or .html
  --top N           at most N claims for a query (default 5)
  --words           words alone, some hundred queries a second; else an encoder is asked where words leave doubt,
                    which ranks better and answers about five queries a second at first: the one that the config
                    names, or the one that comes with the program
  --config FILE     config file (default config/onrecord.yaml, or ONRECORD_CONFIG)
  <queries.jsonl>   {"id","text"} a line; - reads standard input

Output: {"type":"match","queryId","claimId","rank","score","decision","relation"}, one a line.
score is the probability that query and claim are about the same proposition; decision is match, unsure or none;
relation is repeats, differs-in-figure, opposes, narrower, wider, related or null.
Lines that cannot be read are told on standard error, and the rest goes on; the exit code is 1 where nothing could be read.
`,
  run,
}

const QueryLine = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  text: z.string().optional(),
  content: z.string().optional(),
})

async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      claims: { type: 'string' },
      top: { type: 'string', default: '5' },
      words: { type: 'boolean', default: false },
      config: { type: 'string' },
    },
  })
  if (!values.claims) throw new UsageError('--claims <file> is missing')
  const [file, ...more] = positionals
  if (!file || more.length > 0) throw new UsageError('give one file of queries, or - for standard input')
  const top = Number(values.top)
  if (!Number.isInteger(top) || top < 1)
    throw new UsageError(`--top must be a whole number from 1, not “${values.top}”`)
  if (file !== '-' && !existsSync(file)) throw new UsageError(`${file}: there is no such file`)

  const { claims, problems } = readClaims(values.claims)
  for (const { where, reason } of problems) io.err(`${where}: ${reason}`)
  const encoder = values.words ? null : await chooseEncoder(values.config)
  const matcher = createMatcher(claims, encoder ? { encoder } : {})
  let read = 0
  let line = 0
  const input = file === '-' ? process.stdin : createReadStream(file, 'utf8')
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1
    if (text.trim() === '') continue
    const query = readQuery(text)
    if ('reason' in query) {
      io.err(`${file}:${line}: ${query.reason}`)
      continue
    }
    read += 1
    const matches = await matchWith(matcher, encoder, query, { top })
    for (const { statementId, claimId, rank, score, decision, relation, evidence } of matches)
      io.out(
        JSON.stringify({
          type: 'match',
          queryId: statementId,
          claimId,
          rank,
          score: Number(score.toFixed(4)),
          decision,
          relation,
          evidence,
        }),
      )
  }
  return claims.length > 0 && (read > 0 || line === 0) ? 0 : 1
}

/** The encoder of the config, and where it says nothing the one that ships. */
async function chooseEncoder(path: string | undefined) {
  const config = await loadConfig({ config: path })
  return openEncoder({ ...config, encoder: config.encoder ?? 'local' }, createLog(config.logLevel, config.secrets))
}

function readQuery(line: string): { id: string; text: string } | { reason: string } {
  let value: unknown
  try {
    value = JSON.parse(line.replace(/^\uFEFF/, ''))
  } catch (error) {
    return { reason: `is no JSON (${(error as Error).message})` }
  }
  const { success, data } = QueryLine.safeParse(value)
  const text = data?.text ?? data?.content
  if (!success || text === undefined) return { reason: 'needs an id and a text: {"id":"1","text":"…"}' }
  return { id: data.id, text }
}
