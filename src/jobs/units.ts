import { gathered } from '../store/gathered.ts'
import type { Store } from '../store/store.ts'
import { analyseShare } from './analyse.ts'
import { mendClock } from './clock.ts'
import { composeDue, deliverOne, mayTell } from './digest.ts'
import { editOne } from './edits.ts'
import { findCopies } from './evidence.ts'
import { importOne, orderOf } from './imports.ts'
import { pollSource } from './ingest.ts'
import type { Kit } from './kit.ts'
import { takeClaimsOver } from './known-claims.ts'
import { matchBackOne } from './match-back.ts'
import { orderCopies } from './order-copies.ts'
import { passOver } from './pass-over.ts'
import { isDue, pastTurn } from './past.ts'
import { retainRound } from './retain.ts'
import { followTracked } from './track.ts'
import { type Kind, type Order, toAnalyse, type Work } from './work.ts'

/** What the ticks look for, and how often: seconds between two looks, for all processes together. */
export const TICKS = {
  polling: 5,
  telling: 5,
  matching: 5,
  pasts: 5,
  copies: 60,
  saving: 15,
  watching: 60,
  keeping: 86_400,
}
/** Orders that are taken together ask together. */
const GATHERED_MS = 5

export type Tick = keyof typeof TICKS

type Deps = {
  /** Looks for what stays wrong. */
  watch(): Promise<void>
  /** Of the rooms; null while another process has begun with a newer config. */
  version(): Promise<string | null>
  /** The record, over connections of their own for digests. */
  telling: Store
}

/** What one unit of each kind does. Each may be done twice without harm, and looks first whether it is still wanted. */
export function unitsOf(
  kit: Kit & { work: Work },
  { watch, version, telling }: Deps,
): Record<Kind, (key: string) => Promise<void>> {
  const { store, now, work } = kit
  const follow = () => followOthers(kit)
  const sourceOf = gathered(async (ids: string[]) => {
    const found = new Map((await store.sources.some(ids)).map((one) => [one.source.id, one]))
    return ids.map((id) => found.get(id) ?? null)
  }, GATHERED_MS)
  return {
    tick: async (key) => work.owe(await ordersOf(key as Tick, kit, await version())),
    async poll(id) {
      const found = await sourceOf(id)
      if (!found || !isPolled(found)) return
      await pollSource(kit, found.source, found.state)
    },
    async analyse(share) {
      while (!kit.stopping.aborted && (await analyseShare(share, kit, { version: await version(), follow })));
    },
    async compose(id) {
      const subscription = await telling.subscriptions.get(id)
      const isWanted = subscription && !subscription.pausedBecause && (subscription.nextDigestAt ?? '') <= now()
      if (isWanted && mayTell(subscription, now())) await composeDue({ ...kit, store: telling }, subscription)
    },
    async deliver(id) {
      const delivery = await store.deliveries.owedOne(id, now())
      if (delivery) await deliverOne(kit, delivery, kit.deliver)
    },
    async redraw(id) {
      const owed = kit.redraw && (await store.postings.owedEdit(id, now()))
      if (owed && kit.redraw) await editOne(kit, owed, kit.redraw)
    },
    async match(id) {
      await takeClaimsOver(kit)
      await matchBackOne(id, kit)
    },
    import: (id) => importOne(id, kit),
    async past(id) {
      while (!kit.stopping.aborted && (await pastTurn(id, kit)));
    },
    copies: async () => void (await findCopies(kit)),
    save: async () => void (await orderCopies(kit)),
    keep: async () => void (await retainRound(kit, kit.config.keep)),
    async watch() {
      await mendClock(kit)
      await watch()
    },
  }
}

/** Takes over what other processes changed: whom servers track, and claims. */
export async function followOthers(kit: Pick<Kit, 'store' | 'rooms' | 'now'>): Promise<void> {
  await followTracked(kit)
  await takeClaimsOver(kit)
}

const isPolled = ({ source, state }: NonNullable<Awaited<ReturnType<Kit['store']['sources']['get']>>>): boolean =>
  source.enabled && !source.sample && !state.endedAt

/** What is due, owed or waiting just now. The store knows it; an order that was lost is given again. */
async function ordersOf(tick: Tick, kit: Kit, version: string | null): Promise<Order[]> {
  const { store, now, config } = kit
  if (tick === 'polling') {
    const due = await store.sources.dueAddresses(now())
    const polls = due.map(({ id, address }) => ({ kind: 'poll' as const, key: id, group: hostOf(address) }))
    return [...polls, ...toAnalyse(await store.documents.endingsUnanalysed(version))]
  }
  if (tick === 'telling') {
    await store.statements.settle()
    const due = await passOver(
      kit,
      (await store.subscriptions.due(now())).filter((one) => mayTell(one, now())),
    )
    const edits = await store.postings.owedEdits(now())
    return [
      ...due.map(({ id, target }) => ({
        kind: 'compose' as const,
        key: id,
        group: target.kind === 'discord' ? target.guildId : 'terminal',
      })),
      ...(await store.deliveries.owedIds(now())).map(({ id, guildId }) => ({
        kind: 'deliver' as const,
        key: id,
        group: guildId ?? 'terminal',
      })),
      ...edits.map(({ posting: { id, guildId } }) => ({ kind: 'redraw' as const, key: id, group: guildId })),
    ]
  }
  if (tick === 'matching') {
    const looks = (await store.matching.open()).map(({ id, owner }) => ({
      kind: 'match' as const,
      key: id,
      group: owner,
    }))
    return [...(await store.imports.open()).map(orderOf), ...looks]
  }
  if (tick === 'pasts') {
    const asked = (await store.readings.list()).filter((one) => one.askedBy && (one.ended || isDue(one, now())))
    return asked.map(({ id, askedBy }) => ({ kind: 'past', key: id, group: askedBy?.guildId ?? 'operator' }))
  }
  if (tick === 'saving') return config.archiveKey ? [{ kind: 'save', key: 'all' }] : []
  if (tick === 'copies') return config.wayback.findCopies ? [{ kind: 'copies', key: 'all' }] : []
  return [{ kind: tick === 'watching' ? 'watch' : 'keep', key: 'all' }]
}

const hostOf = (address: string): string => URL.parse(address)?.hostname || 'here'
