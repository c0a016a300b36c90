import type { Store } from '../store/store.ts'

/** What there is to do. Each kind waits in a queue of its own. */
export const KINDS = [
  'tick',
  'poll',
  'analyse',
  'compose',
  'deliver',
  'redraw',
  'match',
  'import',
  'past',
  'copies',
  'save',
  'keep',
  'watch',
] as const
export type Kind = (typeof KINDS)[number]

/**
 * One unit of work. `key` names what it is done to (a source, a subscription, a share of the documents …): of two with
 * one key there is never more than one waiting or at work. `group`: whose it is; one group never takes all the places.
 */
export type Order = { kind: Kind; key: string; group?: string }

/**
 * How work is handed out: within this process (`queue.ts`), or to all processes on one database (`boss.ts`). What is
 * due and owed stands in the store in both: an order that is lost is found again by the next tick.
 */
export type Work = {
  /** Says that there is work; with `tx` only if that transaction comes to stand. */
  owe(orders: Order[], tx?: Store): Promise<void>
  /**
   * Says so in a moment, together with what others say by then; not within a transaction: there many would wait for each
   * other to say the same. What is lost in a crash is found by the next tick.
   */
  oweSoon(orders: Order[]): void
  /** Does it before all else of its kind, for somebody waits for it; returns when it is done, or after `withinMs`. */
  hurry(orders: Order[], withinMs: number): Promise<void>
}

/** Documents are analysed in so many shares, by the last character of their ids: no two processes read the same one. */
export const SHARES = [...'0123456789abcdef']
const shareOf = (documentId: string): string => {
  const last = documentId.at(-1) ?? ''
  return SHARES.includes(last) ? last : '0'
}

/** Orders to analyse the shares that hold these documents. */
export const toAnalyse = (documentIds: Iterable<string>): Order[] =>
  [...new Set([...documentIds].map(shareOf))].map((key) => ({ kind: 'analyse', key }))
