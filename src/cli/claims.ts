import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type ExportFormat, exportClaims } from '../claims/export-claims.ts'
import { mergeClaims, sameKey } from '../claims/import-claims.ts'
import { loadConfig } from '../config.ts'
import { UsageError } from '../errors.ts'
import type { Claim } from '../model.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import {
  listClaims,
  listEmerging,
  listPositions,
  openClaimKit,
  setStatus,
  showClaim,
  tryThreshold,
} from './claim-verbs.ts'
import { readClaims } from './read-claims.ts'
import type { Io, Verb } from './verb.ts'

const FORMATS = ['jsonl', 'json', 'tsv', 'csv', 'yaml'] as const

export const verb: Verb = {
  summary: 'known claims: import and export, list, who said what, what recurs',
  help: `
usage: npm run -s onrecord -- claims import <file>… [--dry-run]
       npm run -s onrecord -- claims export [--format jsonl|json|tsv|csv|yaml] [--out FILE]
       npm run -s onrecord -- claims list [--search WORDS] [--status active|retired]
       npm run -s onrecord -- claims show | history <id>
       npm run -s onrecord -- claims retire | activate <id>…
       npm run -s onrecord -- claims positions --claim ID [--entity NAME]
       npm run -s onrecord -- claims emerging
       npm run -s onrecord -- claims threshold [VALUE]
       each with [--config FILE] [--data DIR]; those that show something with [--format text|jsonl]

import   adds the claims of .jsonl, .tsv, .csv, .yaml, and of schema.org ClaimReview as .json or in a page (.html).
         Identical claims become one with all their reviews; a repeated import changes nothing. What cannot be used is
         told on standard error with its line and reason, and the rest is imported. It tells how far it
         is, and may be interrupted and repeated.
         A running Onrecord takes the claims over by itself and looks for them in what is on record.
export   writes all claims; json is a DataFeed of ClaimReview.
list     all claims, or those that hold some words. show: one with its figures, verdicts, changes and who said it.
history  what a claim was, newest change first.
retire   looks for claims no more; activate: again.
positions  what was said on a claim, in order, and where a speaker turned.
emerging   what several outlets say and no claim covers.
threshold  what another matchThreshold would have changed last week.

example: npm run -s onrecord -- claims import factchecks.json

Exit code 1 where no claim could be read.`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        data: { type: 'string' },
        format: { type: 'string' },
        search: { type: 'string', default: '' },
        claim: { type: 'string' },
        entity: { type: 'string' },
        status: { type: 'string' },
        out: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
      },
    })
    const [what, ...rest] = positionals
    const open = async () => openStore(await loadConfig({ config: values.config, data: values.data }))
    if (what === 'import' && rest.length > 0) return importAll(rest, values['dry-run'] ? null : open, io)
    if (what === 'export' && rest.length === 0) {
      const format = FORMATS.find((one) => one === (values.format ?? 'jsonl'))
      if (!format) throw new UsageError(`--format must be one of ${FORMATS.join(', ')}, not “${values.format}”`)
      await using store = await open()
      return exportAll(await store.claims.list(), format, values.out, io)
    }
    if (what === 'history' && rest.length === 1) {
      await using store = await open()
      return await history(store, rest[0]!, io)
    }
    if (values.format !== undefined && values.format !== 'text' && values.format !== 'jsonl')
      throw new UsageError(`--format must be text or jsonl, not “${values.format}”`)
    if (values.status !== undefined && values.status !== 'active' && values.status !== 'retired')
      throw new UsageError(`--status must be active or retired, not “${values.status}”`)
    const config = await loadConfig({ config: values.config, data: values.data })
    await using store = await openStore(config)
    const kit = await openClaimKit(config, store, io, values.format === 'jsonl')
    if (what === 'list' && rest.length === 0) return await listClaims(values.search, values.status ?? null, kit)
    if (what === 'show' && rest.length === 1) return await showClaim(rest[0]!, kit)
    if (what === 'retire' && rest.length > 0) return await setStatus(rest, 'retired', kit)
    if (what === 'activate' && rest.length > 0) return await setStatus(rest, 'active', kit)
    if (what === 'emerging' && rest.length === 0) return await listEmerging(kit)
    if (what === 'positions' && rest.length === 0 && values.claim)
      return await listPositions(values.claim, values.entity ?? null, kit)
    if (what === 'threshold' && rest.length <= 1) return await tryThreshold(rest[0], kit)
    throw new UsageError(
      'say import <file>…, export, list, show <id>, history <id>, retire <id>…, activate <id>…, emerging, positions --claim ID, or threshold',
    )
  },
}

/** So many claims are written in one transaction: a crash loses none that was counted. */
const BATCH = 1000
/** How often an import tells how far it is: steps on a terminal, milliseconds elsewhere. */
const TOLD = 20
const TOLD_MS = 3000

async function importAll(paths: string[], open: (() => Promise<Store>) | null, io: Io): Promise<number> {
  const claims: Claim[] = []
  for (const path of paths) {
    const read = readClaims(path)
    for (const { where, reason } of read.problems) io.err(`${where}: ${reason}`)
    for (const claim of read.claims) claims.push(claim)
  }
  const total = { added: 0, changed: 0, same: 0 }
  if (open) {
    await using store = await open()
    let toldAt = Date.now()
    for (let from = 0; from < claims.length; from += BATCH) {
      const batch = claims.slice(from, from + BATCH)
      const counts = await store.transaction((tx) =>
        tx.claims.add(
          batch.map((claim) => ({ claim, key: sameKey(claim.text, claim.claimant) })),
          { merge: mergeClaims, by: 'operator', now: new Date().toISOString() },
        ),
      )
      for (const key of ['added', 'changed', 'same'] as const) total[key] += counts[key]
      const done = Math.min(from + BATCH, claims.length)
      const step = (count: number) => Math.floor((TOLD * count) / claims.length)
      if (io.progress ? step(done) === step(from) : Date.now() - toldAt < TOLD_MS) continue
      io.err(`claims ${done} of ${claims.length}`)
      toldAt = Date.now()
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
