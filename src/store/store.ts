import type {
  Alarm,
  Change,
  Claim,
  Delivery,
  Digest,
  Document,
  Entity,
  GuildSettings,
  Heartbeat,
  ImportJob,
  LongReading,
  Match,
  MatchJob,
  Mention,
  Posting,
  Revision,
  Source,
  SourceState,
  Standing,
  Statement,
  Subscription,
  SubscriptionWish,
  WatchTerm,
} from '../model.ts'
import type { Lane } from './dialect.ts'
import type { Postgres } from './turns.ts'

/** A stored statement with its document, the claims it bears on and who is mentioned beside it. `sequence` grows in the order of recording. */
export type Found = {
  sequence: number
  statement: Statement
  document: Document
  matches: Match[]
  /** Ids of the tracked entities that its document mentions. */
  entities: string[]
  /** On record, but found by a first poll beyond its newest few or by a later analysis: not posted. */
  backlog: boolean
  sample: boolean
  /** True where it was asked for by what may want it, and one of those is known to catch its document. */
  isCaught?: boolean
}

/** By what something may be wanted (`digests/wanted.ts`); `knownFrom`: of what was recorded before that nobody can say. */
export type WantedBy = { keys: string[]; knownFrom: string | null }

/** What the store keeps about a document besides the document: `keys` are what other copies of it are known by. */
export type DocumentFacts = {
  sourceId: string
  keys: string[]
  backlog: boolean
  sample: boolean
  now: string
  /** The server that it was read for, where its source does not tell; `unchanged` where nothing new was read. */
  owner?: string | undefined
}

/** All that one version of the rooms found in a document. */
export type Analysis = {
  version: string
  /** What was analysed: a document whose text has changed since is analysed again. */
  text?: string
  mentions: Mention[]
  statements: Statement[]
  matches: Match[]
  /** By statement id: the keys under which the same words are found in other documents. */
  quoteKeys: Map<string, string[]>
  /** By what a document with statements may be wanted; without it by all. */
  wantedBy?: string[]
  now: string
}

/** A posting that is to be drawn again; `version` grows with each reason to. */
export type OwedEdit = { posting: Posting; version: number; attempts: number }

/** How many sources, documents, statements and deliveries the record holds. */
export type Counts = { sources: number; documents: number; statements: number; claims: number; owed: number }

/**
 * What we remember, by noun. `transaction` gives the same shape bound to one transaction: all of it happens or none.
 * Every write may be repeated without harm.
 */
export interface Store extends AsyncDisposable {
  /** For a person: the path of the file, or the database's host and name. */
  readonly where: string
  /** SQL as Postgres takes it, within this transaction; null where the record is a file. For the queues that live beside it. */
  readonly postgres: Postgres | null
  /**
   * The work may be done again where two transactions were in each other's way: it changes nothing outside.
   *
   * @param lane with whom it takes turns, where several processes write (`store/dialect.ts`); `all` where nothing is said
   */
  transaction<T>(work: (tx: Store) => Promise<T>, lane?: Lane): Promise<T>
  /**
   * The same record as one server may see it (null: a direct message): without what other servers read for themselves,
   * and with their entities taken back to the words of the text.
   */
  seenBy(guildId: string | null): Store
  counts(): Promise<Counts>
  /** Throws a StoreError where the store cannot be read and written. */
  check(): Promise<void>

  sources: {
    /** Makes the operator's sources those of the config; the state of known ones is kept. */
    configure(sources: Source[]): Promise<void>
    list(): Promise<{ source: Source; state: SourceState }[]>
    due(now: string): Promise<{ source: Source; state: SourceState }[]>
    /** The ids and addresses of those, without the sample's: all that an order needs. */
    dueAddresses(now: string): Promise<{ id: string; address: string }[]>
    /** Null where it is not configured any more. */
    get(id: string): Promise<{ source: Source; state: SourceState } | null>
    /** As `get`, several: those that are configured, in no order. */
    some(ids: string[]): Promise<{ source: Source; state: SourceState }[]>
    remember(...states: SourceState[]): Promise<void>
    /** Adds a server's own source, or replaces it. */
    put(source: Source & { owner: string }): Promise<void>
    /** Reads a server's own source no more; its documents stay. @returns false where there was none. */
    remove(owner: string, id: string): Promise<boolean>
  }
  /** What servers track for themselves; what the operator tracks stands in the config. */
  entities: {
    list(): Promise<Entity[]>
    /** Adds one, or replaces it. */
    put(entity: Entity & { owner: string }): Promise<void>
    /** @returns false where there was none. */
    remove(owner: string, id: string): Promise<boolean>
  }
  documents: {
    get(id: string): Promise<Document | null>
    /** True where nothing but sample material has been read. */
    noneReal(): Promise<boolean>
    /** The document known under one of these keys, the oldest where several are. */
    findByKeys(keys: string[]): Promise<Document | null>
    /** Every document known under one of these keys, with the key, the oldest first. */
    allByKeys(keys: string[]): Promise<{ key: string; document: Document }[]>
    /** By id, the servers whose own these documents are; one that is everybody's is missing. */
    owners(ids: string[]): Promise<Map<string, string[]>>
    findByUrl(url: string): Promise<Document | null>
    /** Stores a document under its keys. One that is known is replaced, and analysed again where its text changed. */
    put(document: Document, facts: DocumentFacts): Promise<void>
    /** As `put`, many that are known under none of their keys. */
    putNew(documents: { document: Document; facts: DocumentFacts }[]): Promise<void>
    /** Newest first: real documents recorded after a moment in which no statement was found. */
    silentSince(time: string, stretch: { from: number; limit: number }): Promise<Document[]>
    /**
     * Oldest first: documents that were never analysed, or analysed by another version of the rooms (null: of no other),
     * or that are marked for another analysis.
     *
     * @param share only those whose id ends so; `others` are the endings that belong to other shares
     */
    unanalysed(version: string | null, limit: number, share?: { ending: string; others: string[] }): Promise<Document[]>
    /** The last characters of the ids of some documents that wait so. */
    endingsUnanalysed(version: string | null): Promise<string[]>
    /**
     * Marks documents for another analysis: those that mention an entity, and those of a stretch of the record that
     * hold one of some words. @returns where the next stretch begins, null after the last one
     */
    analyseAgain(which: { entityId: string } | { words: string[]; from: number }): Promise<number | null>
    /**
     * Marks documents in which nothing was found as analysed, all at once: those whose words are still these, and of which
     * nothing is on record. @returns their ids; the others go through `analysed`
     */
    analysedForNothing(documents: Document[], version: string): Promise<string[]>
    /** Replaces all that was found in a document. Statements that stay keep their sequence number. */
    analysed(id: string, analysis: Analysis): Promise<void>
    /** As `analysed`, many at once: by id, each once. */
    allAnalysed(analyses: [id: string, analysis: Analysis][]): Promise<void>
  }
  statements: {
    /** Statements recorded after a sequence number, oldest first; with `wantedBy` those alone that one of these may want. */
    since(sequence: number, options: { sample: boolean; limit: number; wantedBy?: string[] }): Promise<Found[]>
    /** When the first statement after a sequence number was recorded; null where there is none. */
    firstAfter(sequence: number): Promise<string | null>
    /** By what anything recorded after a sequence number may be wanted, each with the last number where it may. */
    wantedAfter(sequence: number): Promise<Map<string, number>>
    /** When these were recorded, by sequence number; one that is gone is missing. */
    recordedAt(sequences: number[]): Promise<Map<number, string>>
    /** By id, or by the first characters of one where only one statement has them. */
    get(id: string): Promise<Found | null>
    /** Full text search over contents and speakers, best first. */
    search(query: string, limit: number): Promise<Found[]>
    /** Statements that share one of these quotation keys, oldest first; with `wantedBy` those alone that one of these may want. */
    byQuoteKeys(keys: string[], options?: { wantedBy?: WantedBy; except?: ReadonlySet<string> }): Promise<Found[]>
    byClaim(claimId: string, limit: number): Promise<Found[]>
    ofDocument(documentId: string): Promise<Found[]>
    /** The last sequence number given before a moment. */
    before(time: string): Promise<number>
    /** The last sequence number given. */
    last(): Promise<number>
    /** Numbers those of a process that ended before it could. */
    settle(): Promise<void>
  }
  claims: {
    configure(claims: Claim[]): Promise<void>
    /**
     * Adds claims, each with the key that identical ones share. One that is known by its key or id is merged with what
     * is known; what it was before is kept. Repeating it changes nothing.
     */
    add(
      claims: { claim: Claim; key: string }[],
      options: { merge(known: Claim, other: Claim): Claim; by: string; now: string },
    ): Promise<{ added: number; changed: number; same: number }>
    /** Replaces one claim, or retires it; what it was before is kept. @returns false where there is none. */
    edit(claim: Claim, options: { by: string; now: string }): Promise<boolean>
    /** What a claim was, newest change first. `before` is null where it was added. */
    history(id: string): Promise<{ changedAt: string; changedBy: string; before: Claim | null; after: Claim }[]>
    /** Full text search in the database itself, best first: for stores that are larger than memory. */
    search(words: string[], limit: number): Promise<Claim[]>
    /** Tells one change of a claim from the change of the same number in another record. Null where there was none. */
    changeMark(change: number): Promise<string | null>
    /** How many the operator has, of the config and imported. */
    ofOperator(): Promise<number>
    /** Those that are there, in no order. */
    byIds(ids: string[]): Promise<Claim[]>
    list(owner?: string): Promise<Claim[]>
    /**
     * Claims of these owners whose id, title or words hold a text, in any case, in the order of their ids.
     *
     * @returns at most `limit` of them, and how many there are
     */
    find(query: { owners: string[]; holding: string; limit: number }): Promise<{ claims: Claim[]; total: number }>
    /** Ids of claims by how many statements bear on them, most first. */
    mostSaid(limit: number): Promise<{ id: string; said: number }[]>
    /** The operator's claims that the config does not name, in the order of their ids, a page at a time. */
    imported(page: { after: string; limit: number }): Promise<Claim[]>
    get(id: string): Promise<Claim | null>
    /** Those of all servers. */
    owned(): Promise<Claim[]>
    /** Those of these owners that have any. */
    ownersAmong(owners: string[]): Promise<string[]>
    /** The number of the last change of any claim, 0 before the first. A server that was forgotten is a change too. */
    lastChange(): Promise<number>
    /** Claims that changed after a change, each once, as they are now. */
    changedAfter(change: number): Promise<Claim[]>
  }
  /** For which claims the record was looked through, and what of that is still to be done. */
  matching: {
    /** By claim id: the wording that the record was, or is being, looked through for. */
    wordings(): Promise<Map<string, string>>
    /** Owes a look through what is on record now. In a file without any statement it is finished at once. */
    begin(job: { id: string; owner: string; claims: { id: string; wording: string }[]; now: string }): Promise<MatchJob>
    /** Unfinished ones, oldest first. */
    open(): Promise<MatchJob[]>
    get(id: string): Promise<MatchJob | null>
    /** The claims of an unfinished one. */
    claimIds(id: string): Promise<string[]>
    /** The next statements that are to be looked at. */
    stretch(id: string, limit: number): Promise<{ sequence: number; id: string; content: string }[]>
    /** Keeps what was found up to a sequence number: what these claims matched there before gives way. */
    advance(id: string, step: { looked: number; sequence: number; matches: Match[] }): Promise<void>
    finish(id: string, now: string): Promise<void>
    /** Lets an unfinished one go as far as the record goes now. */
    extend(id: string): Promise<void>
    /** Lets claims be looked for anew, should they come back; matches of claims that are no more are dropped. */
    forget(claimIds: string[]): Promise<void>
  }
  subscriptions: {
    /** Makes the terminal's subscriptions those of the config. Discord's own are untouched. */
    configure(subscriptions: Subscription[]): Promise<void>
    /** @returns false where that channel is subscribed already. */
    add(subscription: Subscription): Promise<boolean>
    /** @returns false where there was none. */
    remove(guildId: string, channelId: string): Promise<boolean>
    list(guildId?: string): Promise<Subscription[]>
    /** The one that has waited longest first. */
    due(now: string): Promise<Subscription[]>
    get(id: string): Promise<Subscription | null>
    /** `mends`: not a person but a trouble pauses it, and it may be resumed without one. */
    pause(id: string, because: string | null, options?: { mends: boolean }): Promise<void>
    /** Changes what it filters for, whom it mentions, where it waits for approval, when it is quiet. */
    wish(id: string, wish: SubscriptionWish): Promise<void>
    /** Changes schedule and time zone, and with them when it next falls due. */
    reschedule(id: string, to: Pick<Subscription, 'schedule' | 'timeZone' | 'nextDigestAt' | 'askedAt'>): Promise<void>
  }
  watchTerms: {
    /** @param now for a term that comes back: it was made before */
    add(term: WatchTerm, now?: string): Promise<boolean>
    /** Replaces a term by another one under its id. @returns false where that is watched already. */
    edit(term: WatchTerm, now: string): Promise<boolean>
    /** When a term was last added to a server's, or changed; null before the first. */
    changedAt(guildId: string): Promise<string | null>
    remove(guildId: string, value: string): Promise<boolean>
    list(guildId: string): Promise<WatchTerm[]>
    /** Of all servers, or of those named. */
    all(guildIds?: string[]): Promise<WatchTerm[]>
    /** Grows with each change of any server's terms. */
    version(): Promise<number>
    /** The same for each server by its id, with `changedAt` as above; one that was forgotten is missing. */
    versions(): Promise<Map<string, { version: number; changedAt: string | null }>>
  }
  guilds: {
    settings(guildId: string): Promise<GuildSettings>
    configure(guildId: string, settings: GuildSettings): Promise<void>
    /** Notes what somebody changed. */
    note(change: Change): Promise<void>
    /** Newest first. */
    changes(guildId: string, limit: number): Promise<Change[]>
    /** Marks a change as undone. @returns false where it is not that server's, or was undone already. */
    undone(guildId: string, changeId: string, now: string): Promise<boolean>
    /** Removes all that a server has set or was sent: terms, subscriptions, digests, claims of its own, changes. */
    forget(guildId: string): Promise<void>
  }
  digests: {
    /** The last sequence number that this subscription's digests covered, 0 before the first. */
    cursor(subscriptionId: string): Promise<{ sequence: number; composedAt: string | null }>
    /** The cursors of some, by their ids. */
    cursors(subscriptionIds: string[]): Promise<Map<string, number>>
    /** Moves the cursors of some that are due on, up to a number: there was nothing to say. */
    passOver(
      some: { id: string; nextDigestAt: string | null }[],
      upTo: { sequence: number; now: string },
    ): Promise<void>
    /** Moves the cursor, sets the next due time and, where there is something to say, owes one delivery. */
    compose(
      subscriptionId: string,
      step: {
        sequence: number
        now: string
        nextDigestAt: string | null
        delivery: Delivery | null
        /** The last sequence number before what the delivery tells; without it the cursor as it stood. */
        fromSequence?: number
        /** Deliveries that nobody has seen, and whose words this one holds. */
        folded?: string[]
      },
    ): Promise<void>
    /** Newest first, for the preview page. */
    latest(limit: number): Promise<Digest[]>
    get(id: string): Promise<Digest | null>
    /** Digests of one server, or of one of its channels, newest first. */
    of(guildId: string, channelId: string | null, limit: number): Promise<Digest[]>
  }
  deliveries: {
    owed(now: string): Promise<Delivery[]>
    /** As `owed`, without what they say: all of them, with the server that each is for. */
    owedIds(now: string): Promise<{ id: string; guildId: string | null }[]>
    /** Null where it is not owed, or not yet. */
    owedOne(id: string, now: string): Promise<Delivery | null>
    /** Owed ones of a subscription of which surely nothing was posted, oldest first. */
    unseen(subscriptionId: string): Promise<{ id: string; fromSequence: number; since: string | null }[]>
    delivered(id: string, messageIds: string[], now: string): Promise<void>
    /** Counts the try. */
    failed(id: string, error: string, retryAt: string | null): Promise<void>
    /** Makes due now what waits for a moment after `latest`. @returns how many */
    hasten(latest: string, now: string): Promise<number>
    /** Nobody can tell whether it was posted: it is not tried again. */
    unknown(id: string, error: string): Promise<void>
  }
  postings: {
    /**
     * Notes that a posting is about to be tried, or tried again. What it says is settled by the first try.
     *
     * @returns the posting as it stood before: `open` where an earlier try may have gone through unnoticed
     */
    begin(posting: Omit<Posting, 'open' | 'messageIds' | 'postedAt'>): Promise<Posting>
    /** So many of its messages stand in the channel, in their order. */
    part(id: string, messageIds: string[]): Promise<void>
    /** The last try surely posted nothing more. */
    refused(id: string): Promise<void>
    done(id: string, posted: { messageIds: string[]; statementIds: string[]; now: string }): Promise<void>
    get(id: string): Promise<Posting | null>
    /** Every posting that shows one of these statements is to be drawn again. @returns how many */
    oweEdits(statementIds: string[], options: { guildId?: string; now: string }): Promise<number>
    owedEdits(now: string): Promise<OwedEdit[]>
    owedEdit(id: string, now: string): Promise<OwedEdit | null>
    /** Strikes what was owed, unless more has been owed since that version. */
    edited(id: string, version: number): Promise<void>
    /** Counts the try. */
    editFailed(id: string, error: string, retryAt: string): Promise<void>
  }
  revisions: {
    note(revisions: Revision[]): Promise<void>
    /** What was taken back itself: the words stand there again. */
    drop(revisions: Pick<Revision, 'statementId' | 'documentId' | 'kind'>[]): Promise<void>
    /** Oldest first. */
    of(statementIds: string[]): Promise<Revision[]>
  }
  retention: {
    /** Notes that the bot was taken out of a server; what it had set is kept for a grace time. */
    left(guildId: string, now: string): Promise<void>
    /** It is back, or nothing of it is kept any more. */
    returned(guildId: string): Promise<void>
    /**
     * Compares the servers that the bot is in with those that the record knows: who is missing has left.
     * `hears`: those of which this process would know.
     */
    compare(present: string[], now: string, hears?: (guildId: string) => boolean): Promise<void>
    /** Servers that were left before a moment. */
    leftBefore(time: string): Promise<string[]>
    /** Let go of the oldest before a moment, a few hundred at once. @returns how many; 0 where none is left */
    dropDigests(before: string): Promise<number>
    dropChanges(before: string): Promise<number>
    /** With all that was found in them. */
    dropDocuments(before: string): Promise<number>
  }
  /** Files of claims that are being imported. */
  imports: {
    begin(job: ImportJob, claims: Claim[]): Promise<void>
    get(id: string): Promise<ImportJob | null>
    /** Unfinished ones, oldest first. */
    open(): Promise<ImportJob[]>
    /** All claims of an unfinished one, in order. */
    claims(id: string): Promise<Claim[]>
    /** Keeps how far one is; of one that is finished the claims are let go. */
    put(job: ImportJob): Promise<void>
    dropFinished(before: string): Promise<void>
  }
  /** Long readings that are under way. */
  readings: {
    get(id: string): Promise<LongReading | null>
    /** In the order in which they were asked for. */
    list(): Promise<LongReading[]>
    put(reading: LongReading): Promise<void>
    /** @returns false where there was none */
    remove(id: string): Promise<boolean>
  }
  watch: {
    /** How the work stands at this moment. */
    standing(now: string): Promise<Standing>
    /** Notes a sign of life; those of processes that have been silent for a day are let go. */
    beat(heartbeat: Heartbeat): Promise<void>
    /** Of a process that ends as it was told, no sign of life stays. */
    ended(process: string): Promise<void>
    /** Signs of life since a moment, newest first. */
    heartbeats(since: string): Promise<Heartbeat[]>
    alarms(): Promise<Alarm[]>
    /** Raises an alarm; one that is raised already keeps its beginning. */
    raise(alarm: Pick<Alarm, 'id' | 'words'>, now: string): Promise<void>
    /** Notes that an alarm was told. @returns false where somebody else told it already. */
    told(id: string, now: string): Promise<boolean>
    lower(id: string): Promise<void>
  }
}
