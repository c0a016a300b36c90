import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type ExportFormat, exportClaims } from '../claims/export-claims.ts'
import { mergeClaims, sameKey } from '../claims/import-claims.ts'
import { loadConfig } from '../config.ts'
import { UsageError } from '../errors.ts'
import type { Claim } from '../model.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { readClaims } from './read-claims.ts'
import type { Io, Verb } from './verb.ts'

const FORMATS = ['jsonl', 'json', 'tsv', 'csv', 'yaml'] as const

export const verb: Verb = {
  summary: 'import and export known claims, show what one was before',
  help: `
usage: npm run -s onrecord -- claims import <file>… [--data DIR] [--dry-run]
       npm run -s onrecord -- claims export [--format jsonl|json|tsv|csv|yaml] [--out FILE] [--data DIR]
       npm run -s onrecord -- claims history <id> [--data DIR]

import   adds the claims of .jsonl, .tsv, .csv, .yaml, and of schema.org ClaimReview as .json or in a page (.html).
         Identical claims become one with all their reviews; a repeated import changes nothing. What cannot be used is
         told on standard error with its line and reason, and the rest is imported.
export   writes all claims; json is a DataFeed of ClaimReview.
history  what a claim was, newest change first.

example: npm run -s onrecord -- claims import factchecks.json

Exit code 1 where no claim could be read.`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        data: { type: 'string' },
        format: { type: 'string', default: 'jsonl' },
        out: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
      },
    })
    const [what, ...rest] = positionals
    const open = async () =>
      openStore({ dataFolder: (await loadConfig({ config: values.config, data: values.data })).dataFolder })
    if (what === 'import' && rest.length > 0) return importAll(rest, values['dry-run'] ? null : open, io)
    if (what === 'export' && rest.length === 0) {
      const format = FORMATS.find((one) => one === values.format)
      if (!format) throw new UsageError(`--format must be one of ${FORMATS.join(', ')}, not “${values.format}”`)
      await using store = await open()
      return exportAll(await store.claims.list(), format, values.out, io)
    }
    if (what === 'history' && rest.length === 1) {
      await using store = await open()
      return await history(store, rest[0]!, io)
    }
    throw new UsageError('say import <file>…, export, or history <id>')
  },
}

/** So many claims are written in one transaction: a crash loses none that was counted. */
const BATCH = 1000

async function importAll(paths: string[], open: (() => Promise<Store>) | null, io: Io): Promise<number> {
  const claims: Claim[] = []
  for (const path of paths) {
    const read = readClaims(path)
    for (const { where, reason } of read.problems) io.err(`${where}: ${reason}`)
    claims.push(...read.claims)
  }
  const total = { added: 0, changed: 0, same: 0 }
  if (open) {
    await using store = await open()
    for (let from = 0; from < claims.length; from += BATCH) {
      const batch = claims.slice(from, from + BATCH)
      const counts = await store.transaction((tx) =>
        tx.claims.add(
          batch.map((claim) => ({ claim, key: sameKey(claim.text, claim.claimant) })),
          { merge: mergeClaims, by: 'operator', now: new Date().toISOString() },
        ),
      )
      for (const key of ['added', 'changed', 'same'] as const) total[key] += counts[key]
      if (io.progress) io.err(`claims ${Math.min(from + BATCH, claims.length)} of ${claims.length}`)
    }
  }
  io.out(JSON.stringify({ type: 'import', read: claims.length, ...total }))
  return claims.length > 0 ? 0 : 1
}

function exportAll(claims: Claim[], format: ExportFormat, out: string | undefined, io: Io): number {
  const text = exportClaims(claims, format)
  if (out) writeFileSync(out, text)
  else io.out(text.trimEnd())
  return 0
}

async function history(store: Store, id: string, io: Io): Promise<number> {
  const changes = await store.claims.history(id)
  if (changes.length === 0 && !(await store.claims.get(id))) {
    io.err(`there is no claim with the id “${id}”`)
    return 1
  }
  for (const change of changes) io.out(JSON.stringify({ type: 'change', ...change }))
  return 0
}
