import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { type Config, loadConfig, program } from '../config.ts'
import { toDocument } from '../documents/to-document.ts'
import { SourceError, UsageError } from '../errors.ts'
import { sayNextRead } from '../messages/next-read.ts'
import { english } from '../messages/say.ts'
import type { RawItem, Source, SourceState } from '../model.ts'
import { createWayback } from '../sources/archive/wayback.ts'
import { findFeeds } from '../sources/find-feeds.ts'
import { createNet } from '../sources/net.ts'
import { nextPoll } from '../sources/next-poll.ts'
import { readOpml, writeOpml } from '../sources/opml.ts'
import { createParsers } from '../sources/parsers.ts'
import { fallenSilent } from '../sources/quiet.ts'
import { readSource, type SourceKit } from '../sources/read-source.ts'
import { openStore } from '../store/open-store.ts'
import type { Io, Verb } from './verb.ts'

export const verb: Verb = {
  summary: 'list, test, find, import and export sources',
  help: `
usage: npm run -s onrecord -- sources list [--config FILE]
       npm run -s onrecord -- sources test <address>… [--config FILE]
       npm run -s onrecord -- sources import <file.opml>
       npm run -s onrecord -- sources export [--config FILE]

list     the sources of the config, each with when it is read next and why then, and what is wrong with it
test     reads an address as the bot would and tells what it gives, how fast and how well; where it is a site rather
         than a feed, finds the site's feeds
import   prints the feeds of an OPML list as entries for the config's sources
export   prints the config's feeds as OPML, for other readers

example: npm run -s onrecord -- sources test https://www.theguardian.com/technology

Exit code 1 where an address could not be read.`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { config: { type: 'string' }, data: { type: 'string' } },
    })
    const [what, ...rest] = positionals
    if (what === 'import') return importOpml(rest, io)
    const config = await loadConfig({ config: values.config, data: values.data })
    if (what === 'list') return list(config, io)
    if (what === 'export') return exportOpml(config, io)
    if (what === 'test' && rest.length > 0) return testAll(rest, config, io)
    throw new UsageError('say list, test <address>, import <file> or export')
  },
}

/** With what the record knows of each: when it is read next and why then, what is wrong with it. */
async function list(config: Config, io: Io): Promise<number> {
  const states = await statesOf(config)
  const now = new Date().toISOString()
  for (const source of config.sources) {
    const { id, kind, address, publisher, enabled } = source
    const state = states.get(id)
    io.out([id, kind, enabled ? 'on' : 'off', publisher ?? '-', address].join('\t'))
    if (!state || !enabled) continue
    const { lastSucceededAt, nextPollAt, nextPollBecause, trouble, troubleSince, movedTo, endedAt } = state
    if (lastSucceededAt) io.out(`  last read ${minute(lastSucceededAt)}`)
    if (endedAt) io.out(`  ended: not read since ${minute(endedAt)}; take it out of the config`)
    else if (nextPollAt) io.out(`  next ${minute(nextPollAt)}: ${sayNextRead(nextPollBecause ?? 'it is due', english)}`)
    if (trouble && !endedAt) io.out(`  in trouble since ${minute(troubleSince ?? now)}: ${trouble}`)
    const silent = trouble || kind !== 'feed' ? null : fallenSilent(state.published ?? [], now)
    if (silent) io.out(`  silent: ${silent}`)
    if (movedTo) io.out(`  moved for good: read at ${movedTo}; put that address into the config`)
  }
  return 0
}

const minute = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`

/** What the record knows of the sources; nothing where there is no record yet. */
async function statesOf(config: Config): Promise<Map<string, SourceState>> {
  if (!existsSync(config.dataFolder)) return new Map()
  await using store = await openStore(config)
  return new Map((await store.sources.list()).map(({ source, state }) => [source.id, state]))
}

function exportOpml({ sources }: Config, io: Io): number {
  const feeds = sources.filter(({ kind, address }) => kind === 'feed' && /^https?:/.test(address))
  io.out(
    writeOpml(
      feeds.map(({ address, publisher, id }) => ({ address, title: publisher ?? id, site: null, folder: null })),
      'Onrecord',
    ),
  )
  return 0
}

function importOpml([path, ...more]: string[], io: Io): number {
  if (!path || more.length > 0) throw new UsageError('name one OPML file')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new SourceError('unreadable', path, 'this file cannot be opened; check its path')
  }
  const feeds = readOpml(text)
  if (!feeds) throw new SourceError('unreadable', path, 'this is no OPML list')
  io.err(`${feeds.length} feeds; add these lines to “sources” in the config`)
  io.out(
    stringify(
      feeds.map(({ address, title }) => ({
        kind: 'feed',
        ...(title ? { publisher: title } : {}),
        address,
        every: '30m',
      })),
      { lineWidth: 0 },
    ).trimEnd(),
  )
  return 0
}

async function testAll(addresses: string[], config: Config, io: Io): Promise<number> {
  const net = createNet({ allowAddresses: config.allowAddresses, contact: config.contact, version: program.version })
  const parsers = createParsers()
  const kit: SourceKit = { net, parsers, wayback: createWayback({ net, parsers, base: config.waybackUrl }) }
  let failed = 0
  try {
    for (const address of addresses) failed += (await testOne(address, kit, io)) ? 0 : 1
  } finally {
    await Promise.all([net.close(), parsers.close()])
  }
  return failed > 0 ? 1 : 0
}

async function testOne(address: string, kit: SourceKit, io: Io): Promise<boolean> {
  const began = performance.now()
  const source: Source = {
    id: address,
    kind: address.startsWith('wayback:') ? 'wayback' : /^https?:/.test(address) ? 'feed' : 'file',
    address,
    publisher: null,
    enabled: true,
    sample: false,
    pollSeconds: 1800,
  }
  try {
    const { items, problems, feed } = await readSource(source, null, kit)
    io.out(
      `${address}\n  read in ${Math.round(performance.now() - began)} ms${feed ? `, ${feed.bytes} bytes` : ''}: ${items.length} entries, ${problems.length} problems`,
    )
    for (const { reason } of problems.slice(0, 5)) io.out(`  problem: ${reason}`)
    describe(items, io)
    if (feed) {
      const validators = [feed.etag && 'ETag', feed.lastModified && 'Last-Modified'].filter(Boolean).join(' and ')
      io.out(`  asks for changes alone: ${validators || 'no, its server names no version'}`)
      const published = items.map((item) => item.published)
      const now = new Date().toISOString()
      io.out(
        `  next visit: ${sayNextRead(nextPoll({ now, pollSeconds: 1800, published, freshSeconds: feed.freshSeconds, skipHours: feed.head?.skipHours ?? [], skipDays: feed.head?.skipDays ?? [], failures: 0, jitter: 0 }).because, english)}`,
      )
      const silent = fallenSilent(published, now)
      if (silent) io.out(`  silent: ${silent}`)
      if (feed.movedTo) io.out(`  moved for good to ${feed.movedTo}: change its address`)
    }
    return true
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return tellFeeds(address, error, kit, io)
  }
}

/** What an operator wants to know of the entries: are they whole, dated, and whose are they. */
function describe(items: RawItem[], io: Io): void {
  if (items.length === 0) return
  const count = (test: (item: RawItem) => unknown) => items.filter((item) => test(item)).length
  const of = ` of ${items.length}`
  io.out(
    `  with title ${count(({ title }) => title)}${of}, link ${count(({ url }) => url)}${of}, date ${count(({ published }) => published)}${of}; whole text ${count(({ summaryOnly }) => !summaryOnly)}${of}`,
  )
  io.out(`  read by ${[...new Set(items.map(({ provenance }) => provenance.parser ?? 'unknown'))].join(', ')}`)
  for (const item of items.slice(0, 3)) {
    const { title, published, text } = toDocument(item, 'test')
    io.out(`  ${published?.slice(0, 16).replace('T', ' ') ?? 'no date'}  ${title ?? text.slice(0, 70)}`)
  }
}

async function tellFeeds(address: string, error: SourceError, kit: SourceKit, io: Io): Promise<boolean> {
  io.out(`${error.message}`)
  if (error.reason !== 'unreadable' || !/^https?:/.test(address)) return false
  const feeds = await findFeeds(address, kit).catch(() => [])
  for (const { address: found, title, entries, how } of feeds)
    io.out(`  feed: ${found}  ${title ?? ''} (${entries} entries, ${how})`)
  if (feeds.length === 0) io.out('  no feed was found for this site')
  return feeds.length > 0
}
