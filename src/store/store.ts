import type {
  Claim,
  Delivery,
  Digest,
  Document,
  Match,
  Mention,
  Source,
  SourceState,
  Statement,
  Subscription,
  WatchTerm,
} from '../model.ts'

/** A stored document with what was found in it and whether it may still be posted. */
export type Analysed = {
  document: Document
  statements: Statement[]
  matches: Match[]
  backlog: boolean
  sample: boolean
}

/** How many sources, documents, statements and deliveries the record holds. */
export type Counts = { sources: number; documents: number; statements: number; claims: number; owed: number }

/**
 * What we remember, by noun. `transaction` gives the same shape bound to one transaction: all of it happens or none.
 * Every write may be repeated without harm.
 */
export interface Store extends AsyncDisposable {
  /** For a person: the path of the file, or the database's host and name. */
  readonly where: string
  transaction<T>(work: (tx: Store) => Promise<T>): Promise<T>
  counts(): Promise<Counts>
  /** Throws a StoreError where the store cannot be read and written. */
  check(): Promise<void>

  sources: {
    /** Makes the operator's sources those of the config; the state of known ones is kept. */
    configure(sources: Source[]): Promise<void>
    list(): Promise<{ source: Source; state: SourceState }[]>
    due(now: string): Promise<{ source: Source; state: SourceState }[]>
    remember(state: SourceState): Promise<void>
  }
  documents: {
    /** Adds what is new, merges provenance and archived copies of what is known. @returns ids that were new. */
    add(
      sourceId: string,
      documents: Document[],
      facts: { backlog: Set<string>; sample: boolean; now: string },
    ): Promise<string[]>
    get(id: string): Promise<Document | null>
    /** The document that was stored under one of these keys (guid within a source, canonical URL, content hash). */
    findByUrl(url: string): Promise<Document | null>
    /** Oldest first: documents that were never analysed, or analysed by another version of the rooms. */
    unanalysed(version: string, limit: number): Promise<Document[]>
    /** Replaces all that was found in a document. Keeps the sequence numbers of statements that stay. */
    analysed(
      id: string,
      found: { version: string; mentions: Mention[]; statements: Statement[]; matches: Match[]; now: string },
    ): Promise<void>
  }
  statements: {
    /** All statements recorded after a sequence number, oldest first, with their documents. */
    since(sequence: number, options: { sample: boolean; limit: number }): Promise<{ rows: Analysed[]; last: number }>
    get(id: string): Promise<Analysed | null>
    /** Full text search over contents, best first. */
    search(query: string, limit: number): Promise<{ statement: Statement; document: Document; matches: Match[] }[]>
    /** The statements of all documents whose text shares the given quotation keys. */
    byQuoteKeys(keys: string[]): Promise<{ statement: Statement; document: Document; matches: Match[] }[]>
  }
  claims: {
    configure(claims: Claim[]): Promise<void>
    list(owner?: string): Promise<Claim[]>
    get(id: string): Promise<Claim | null>
  }
  subscriptions: {
    /** Makes the terminal's subscriptions those of the config. Discord's own are untouched. */
    configure(subscriptions: Subscription[]): Promise<void>
    /** @returns false where that channel is subscribed already. */
    add(subscription: Subscription): Promise<boolean>
    /** @returns false where there was none. */
    remove(guildId: string, channelId: string): Promise<boolean>
    list(guildId?: string): Promise<Subscription[]>
    due(now: string): Promise<Subscription[]>
    pause(id: string, because: string | null): Promise<void>
  }
  watchTerms: {
    add(term: WatchTerm): Promise<boolean>
    remove(guildId: string, value: string): Promise<boolean>
    list(guildId: string): Promise<WatchTerm[]>
  }
  digests: {
    /** The last sequence number that this subscription's digests covered, 0 before the first. */
    cursor(subscriptionId: string): Promise<{ sequence: number; composedAt: string | null }>
    /** Moves the cursor, sets the next due time and, where there is something to say, owes one delivery. */
    compose(
      subscriptionId: string,
      step: { sequence: number; now: string; nextDigestAt: string | null; delivery: Delivery | null },
    ): Promise<void>
    /** Newest first, for the preview page. */
    latest(limit: number): Promise<Digest[]>
    get(id: string): Promise<Digest | null>
  }
  deliveries: {
    owed(now: string): Promise<Delivery[]>
    /** Counts one try before it is made. */
    attempt(id: string, now: string): Promise<void>
    delivered(id: string, messageIds: string[], now: string): Promise<void>
    failed(id: string, error: string, retryAt: string | null): Promise<void>
  }
}
