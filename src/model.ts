/**
 * The nouns, in the order in which a statement travels: sources give documents; documents hold mentions; mentions
 * lead to statements; statements match claims; matches fill digests. Plain data. All times are ISO 8601 in UTC with
 * milliseconds unless said otherwise; all offsets are UTF-16 code units, end exclusive, into the document's text
 * exactly as stored.
 */

/** Where documents come from. An address is a URL, a path, or `wayback:twitter.com/NAME`. */
export type SourceKind = 'feed' | 'page' | 'file' | 'wayback' | 'tweets'
export type Source = {
  id: string
  kind: SourceKind
  address: string
  /** The outlet that speaks through this source, where its items do not say so. */
  publisher: string | null
  enabled: boolean
  /** Invented material for a machine without internet: shown as sample, never posted to Discord. */
  sample: boolean
  /** The curator's bounds: never more often than `pollSeconds`, never less often than `slowestSeconds`. */
  pollSeconds: number
  slowestSeconds?: number
  /** The server that reads it and alone sees what it gives; without one it is the operator's and everybody's. */
  owner?: string
  /** Who added it, where a server owns it. */
  addedBy?: string
}

/** What we remember of a source between polls (RFC 9110 §8.8 validators, due time, failures). */
export type SourceState = {
  sourceId: string
  etag: string | null
  lastModified: string | null
  lastPolledAt: string | null
  lastSucceededAt: string | null
  nextPollAt: string | null
  /** Why then. A string is an older version's, in English. */
  nextPollBecause?: NextReason | string
  /** Consecutive failures since the last success. */
  failures: number
  /** The last failure in words for a person, null after a success. */
  trouble: string | null
  troubleSince: string | null
  /** The kind of the last failure, for counting; null after a success. */
  troubleReason?: string | null
  /** How far a long reading has come, as its reader writes it; kept in the transaction that keeps what was read. */
  cursor?: string | null
  /** True while its first reading, part by part, is under way. */
  beginning?: boolean
  /** The address that is read instead of the source's own: several answers in a row said that it has moved for good. */
  movedTo?: string | null
  /** Where the last answers in a row said that it has moved, and how many did. */
  moving?: { to: string; times: number } | null
  /** Since when its publisher says that it has ended (410): it is read no more until its address is changed. */
  endedAt?: string | null
  /** When the newest entries that it showed were published: its habit. Kept for answers that say “unchanged”. */
  published?: string[]
  /** Stands for the entries that a feed showed last: those are on record as it shows them. */
  seen?: string[]
  /** What the feed itself asks of its visitors, kept as `published` is. */
  wishes?: { ttlSeconds: number | null; skipHours: number[]; skipDays: string[] }
}

/** Why a source is read next when it is; the catalogue's `next.` keys say it. Times in seconds. */
export type NextReason = {
  code: 'config' | 'rhythm' | 'bound' | 'asked' | 'wait' | 'failed' | 'held' | 'parts' | 'ended' | 'clock'
  /** How often that is, or how long the wait. */
  seconds?: number
  /** Of `bound`: the curator's longest interval. */
  slowestSeconds?: number
  /** Of `failed`: how often in a row. */
  times?: number
  /** True where it was put off to a time in which its publisher wants visits. */
  moved?: true
}

/** A source that gives nothing: `ended` by its publisher, `failing` for a day or from the start, `silent` against its habit. */
export type SourceTrouble = {
  sourceId: string
  address: string
  kind?: 'ended' | 'failing' | 'silent'
  /** In words for a person. */
  reason: string
  since: string | null
}

/** A long reading that goes on where it was after a stop: its place is kept in the transaction that keeps what was read. */
export type LongReading = {
  /** What is read: a file's absolute path, or an archive's address with its span of time, and for whom. */
  id: string
  address: string
  askedAt: string
  /** How far it has come, as its reader writes it. */
  cursor: string | null
  /** Documents that it has brought so far. */
  documents: number
  /** Who asked for it in Discord and where its progress is told, null where an operator did. */
  askedBy: { guildId: string; channelId: string; userId: string; locale: string } | null
  /** Where it could not be asked: when it goes on, and why not before. */
  waiting?: { until: string; reason: string } | null
  /** Set until its end is told; `trouble` where it ended before all was read. */
  ended?: { at: string; trouble: string | null } | null
}

/** Where a document was read: a path or URL as given, and the line, member or offset in it. */
export type Provenance = {
  source: string
  locator: string | null
  /** Name of the reader that produced it, such as `rss-parser` or `tweet-v1.1`. */
  parser?: string
  /** Hex digest of the bytes of this item as read. */
  sha256?: string
}

/** A copy in a web archive (schema.org archivedAt). */
export type ArchivedCopy = { url: string; capturedAt: string | null; digest?: string; mediaType?: string }

/** schema.org Person or Organization; `alternateName` is a handle without the at sign. */
export type Author = {
  name: string | null
  alternateName: string | null
  identifier: string | null
  url: string | null
}

/** Where the published time came from. `snowflake` times are computed from the post's id. */
export type PublishedFrom = 'feed' | 'page' | 'snowflake' | 'field' | 'embed' | null

/** A span with its words: `text === document.text.slice(start, end)`. */
export type Span = { text: string; start: number; end: number }

/** Fields that only posts have, named as schema.org SocialMediaPosting and ActivityStreams 2.0 name them. */
export type PostFields = {
  textStatus: 'full' | 'truncated' | 'none'
  postKind: 'post' | 'reply' | 'repost' | 'quote'
  /** The author's words with the shortened links written out. */
  displayText: string
  mentions: { value: string; start: number; end: number }[]
  /** Hashtags and cashtags without their sign. */
  keywords: { value: string; start: number; end: number }[]
  citation: { value: string; start: number; end: number }[]
  inReplyTo: string | null
  /** Of a repost or quote: the original, whose author the words belong to; its id is null where nobody says it. */
  sharedContent: { id: string | null; author: Author | null; text: string | null } | null
  originalUrls: string[]
  deleted: boolean | null
  editHistory: string[]
  /** A time that the source stated and that the id contradicts. */
  publishedConflict: string | null
}

/** One entry of a source before it is a document: nothing normalised, nothing merged. */
export type RawItem = {
  kind: 'article' | 'post'
  /** For a post the key `platform:id`; for a feed entry its guid, as written. */
  guid: string | null
  url: string | null
  title: string | null
  /** Markup of the entry, null where the source gives plain text. */
  html: string | null
  text: string | null
  /** True where the feed carries only a summary, so that the article's page is worth reading. */
  summaryOnly: boolean
  author: Author | null
  publisher: string | null
  published: string | null
  publishedFrom: PublishedFrom
  updated: string | null
  language: string | null
  archivedAt: ArchivedCopy[]
  provenance: Provenance
  post: PostFields | null
  /** True where other entries of the same feed give the same address for other stories: it tells nothing apart. */
  sharedAddress?: boolean
  /** What feeds say besides: subjects, attached media (length in bytes), where readers comment. */
  extras?: {
    categories: string[]
    enclosures: { url: string; type: string | null; length: number | null }[]
    comments: string | null
  }
}

/** An item that could not be read: what, where, and what can be done. The rest goes on. */
export type Problem = { where: string; reason: string }

/** An article or a post with clean text: paragraphs are parted by a blank line. */
export type Document = {
  id: string
  kind: 'article' | 'post'
  url: string | null
  title: string | null
  text: string
  author: Author | null
  publisher: string | null
  published: string | null
  publishedFrom: PublishedFrom
  /** BCP 47, null where unknown. */
  language: string | null
  archivedAt: ArchivedCopy[]
  /** When a web archive was asked for a copy of it. */
  copyAskedAt?: string
  /** How far the order of a copy from a web archive has come. */
  copyOrder?: CopyOrder
  provenance: Provenance[]
  post: PostFields | null
  /** Other texts under which this document was read, oldest first: earlier editions, and what other archives say. */
  editions?: Edition[]
  /** Where else it was read: other outlets, other addresses, each with its own headline. */
  appearances?: Appearance[]
  /** When its publisher says that it was changed last. */
  updated?: string | null
  /** What its feed says besides: subjects, attached media, where readers comment. */
  extras?: RawItem['extras']
}

/** An order of an archived copy. */
export type CopyOrder = {
  /** The archive's name for it while it is under way. */
  jobId: string | null
  /** When the next step is due. */
  at: string
  /** Tries that failed. */
  tries: number
  /** Why the last try failed. */
  trouble?: string
  /** True where the archive takes no orders at all before `at`. */
  held?: true
  /** True where nothing more is tried: there is a copy, or there will be none. */
  done?: true
}

/** Another text of a document. `changes` leads from it to the text that stands now: its sentences that went, those that came. */
export type Edition = {
  text: string
  title: string | null
  from: Provenance[]
  changes?: { removed: string[]; added: string[] }
}

/** One place where a copy of a document stood. */
export type Appearance = {
  source: string
  url: string | null
  publisher: string | null
  title: string | null
  published: string | null
}

/** A person, organisation or group that is tracked. */
export type Entity = {
  id: string
  name: string
  kind: 'person' | 'organisation' | 'group'
  aliases: string[]
  /** Without the at sign. */
  handles: string[]
  /** Nouns that stand for it in running text: "the company", "the hacktivist group". Without the article. */
  roles: string[]
  /** Words of which one must stand near a name that is also a common word. */
  near: string[]
  /** Words that, standing near, rule the name out. */
  notNear: string[]
  /** `spokesperson`: this person's words count for the other entity too, and we say so. */
  relations: { type: 'spokesperson' | 'member' | 'part'; of: string }[]
  /** The server that tracks it and alone sees it; without one it is the operator's and everybody's. */
  owner?: string
}

/** An entity at a place in a document. Confidence: 0 to 1. */
export type Mention = {
  documentId: string
  /** Null for a speaker who is not tracked. */
  entityId: string | null
  text: string
  start: number
  end: number
  kind: 'name' | 'handle' | 'hashtag' | 'role' | 'pronoun' | 'candidate'
  confidence: number
}

/** A count or amount with what it says about itself: "almost 40 websites". */
export type Figure = {
  text: string
  start: number
  end: number
  value: number
  /** What the number is measured in: `percent`, `USD`, `year`, or null for a plain count. */
  unit: string | null
  /** almost, over, at least …, null for an exact figure. */
  modifier: string | null
  /** The noun that is counted, in its dictionary form: "website". */
  counted: string | null
}

/** Whose words they are. `name` is the canonical name where the speaker is tracked, else the words of the text. */
export type Speaker = { name: string; entityId: string | null; mention: Span | null }

/**
 * Words reported as somebody's: PARC's source, cue and content. One contiguous segment; the segments of one utterance
 * share a `turnId`. `content` stands without its quotation marks: `content === document.text.slice(start, end)`.
 *
 * @see Pareti 2016, PARC 3.0
 */
export type Statement = {
  id: string
  documentId: string
  speaker: Speaker | null
  /** The tracked entity that the speaker speaks for, where that is not the speaker. */
  speaksFor: { name: string; entityId: string } | null
  cue: Span | null
  content: string
  start: number
  end: number
  turnId: string
  directness: 'direct' | 'indirect' | 'mixed'
  /** The outlet that the words were said to or first reported by: "told The Hill". */
  reportedBy: string | null
  /** post, blog post, interview, petition, report, statement …, null where the text does not say. */
  medium: string | null
  /** When it was said: ISO 8601, to the precision that is known (`2013-08`), null where it is not. */
  said: string | null
  figures: Figure[]
  /** 0 to 1: that speaker and content belong together. */
  confidence: number
  /** What a later text of the document made of the words: offsets are then those of the edition that held them. */
  fate?: StatementFate
}

/** `changed`: other words stand there now, told in `now`. `vanished`: nothing like it does. */
export type StatementFate = { status: 'changed' | 'vanished'; noticedAt: string; now: string | null }

/** The same words in several documents. `first` is the earliest known appearance. */
export type Cluster = { id: string; kind: 'same-quote' | 'same-claim'; members: string[]; first: string | null }

/** Two statements that count the same thing differently. */
export type FigureDiscrepancy = {
  members: { statementId: string; text: string; value: number; unit: string | null; modifier: string | null }[]
}

/** A fact-checker's finding on a claim (schema.org ClaimReview). */
export type Review = { publisher: string | null; url: string | null; rating: string | null; reviewed: string | null }

/** A known proposition. Owner: `operator`, or the id of one guild that alone sees it. */
export type Claim = {
  id: string
  text: string
  title: string | null
  claimant: string | null
  /** When it was first claimed: ISO 8601, any precision. */
  date: string | null
  paraphrases: string[]
  figures: Figure[]
  reviews: Review[]
  status: 'active' | 'retired'
  owner: string
}

export type Relation = 'repeats' | 'differs-in-figure' | 'opposes' | 'narrower' | 'wider' | 'related'
export type Decision = 'match' | 'unsure' | 'none'

/** A statement that bears on a claim. Score: calibrated probability, 0 unrelated to 1 the same proposition. */
export type Match = {
  statementId: string
  claimId: string
  rank: number
  score: number
  decision: Decision
  relation: Relation | null
  /** What decided it, for a person: shared words, the figures that differ. */
  evidence: { words: string[]; figures: { claim: string; statement: string }[] }
}

/** A look through the record for claims that are new, or worded anew. Counts are statements and matches. */
export type MatchJob = {
  id: string
  /** Whose claims they are. */
  owner: string
  begunAt: string
  finishedAt: string | null
  looked: number
  total: number
  found: number
}

/** Claims of a file on their way into a server's own. `done`, `total` and `over` are claims. */
export type ImportJob = {
  id: string
  guildId: string
  /** Who asked for it. */
  by: string
  fileName: string
  askedAt: string
  finishedAt: string | null
  done: number
  total: number
  counts: { added: number; changed: number; same: number }
  /** What a server has no room for. */
  over: number
  /** Why it could not go on when last tried, null where it could. */
  trouble: string | null
}

/** Who printed a statement, and where to check it. */
export type Report = {
  documentId: string
  kind: 'article' | 'post'
  publisher: string | null
  author: Author | null
  title: string | null
  url: string | null
  published: string | null
  publishedFrom: PublishedFrom
  archivedAt: ArchivedCopy[]
  /** The outlet that this report itself names as where the words were said. */
  reportedBy: string | null
  /** Set where this report no longer prints the words as they were told. */
  fate?: StatementFate
}

/** One quotation or indirect statement in a digest, with every report of it. */
export type DigestEntry = {
  /** Permanent short id that lookups open: the cluster's first statement. */
  id: string
  statementIds: string[]
  speaker: Speaker | null
  speaksFor: { name: string; entityId: string } | null
  cue: string | null
  /** Segments of one turn, in reading order. */
  words: { content: string; directness: Statement['directness'] }[]
  medium: string | null
  said: string | null
  firstSeen: string | null
  reports: Report[]
  /** True where an earlier digest of this subscription already showed these words. */
  again: boolean
  /** Set where its speaker said something else on the same claim before. */
  turned?: {
    what: 'stance' | 'figure'
    from: string
    to: string
    earlier: { statementId: string; words: string; when: string | null }
  }
  /** What its sources did to these words since they were posted, oldest first. */
  revisions?: Revision[]
  /** True where a curator of the server has since said that it is not that claim. */
  parted?: boolean
  match: (Match & { verdict: string | null; reviewedBy: string | null; reviewed: string | null }) | null
}

/**
 * A source took back or changed words that are on record: `changed` with the new `words`, `gone` without any, a
 * `corrected` or `retracted` article with the `words` of its notice, a `deleted` post.
 */
export type Revision = {
  statementId: string
  documentId: string
  kind: 'changed' | 'gone' | 'corrected' | 'retracted' | 'deleted'
  publisher: string | null
  noticedAt: string
  words: string | null
}

export type DigestGroup = { speaker: string; entries: DigestEntry[] }

/** A proposed claim in a few words. `id`: of its first statement; `first`: when that was published. */
export type EmergingNote = {
  id: string
  /** Statements that say the same. */
  others: string[]
  text: string
  speaker: string | null
  outlets: string[]
  first: string | null
}

/** What is new since the last digest of one subscription. */
export type Digest = {
  id: string
  title: string
  sample: boolean
  composedAt: string
  since: string | null
  /** Statements that bear on a known claim, by claim, then by speaker. */
  claims: { claim: Claim; speakers: DigestGroup[] }[]
  /** Statements that match no known claim, by speaker. */
  unmatched: DigestGroup[]
  discrepancies: FigureDiscrepancy[]
  /** What several outlets say and no claim covers: offered as a claim. */
  emerging?: EmergingNote[]
  /** Sources that have ended, fail or have fallen silent, each with its reason. */
  troubles: SourceTrouble[]
  counts: { documents: number; statements: number; sources: number }
}

/**
 * A stretch of text in one style. Words from outside stand as they were; each rendering makes harmless what would act
 * there (markup, markdown, escapes).
 */
export type Run =
  | { type: 'text'; text: string; strong?: true; struck?: true }
  | { type: 'code'; text: string }
  /** A full instant, ISO 8601 in UTC: each reader sees it in their own zone where the place allows it. */
  | { type: 'time'; at: string }
  /** `host` is shown beside the text, which may name another one. The address is http or https. */
  | { type: 'link'; text: string; url: string; host: string }

/** What stands where for one entry, in every rendering. */
export type EntryView = {
  id: string
  /** `urgent`: it opposes a reviewed claim or moves a figure; `notable`: it bears on a claim. */
  tone: 'plain' | 'notable' | 'urgent'
  /** Who, cue, where, when. */
  head: Run[]
  /** Segments in reading order, with their marks where the words are the speaker's own. Never cut inside one. */
  quotation: Run[][]
  /** The claim it bears on, what differs. */
  findings: Run[][]
  /** Outlets with times and links, archived copies, first seen, the permanent id. */
  sources: Run[][]
  /** The few addresses worth a button. */
  links: { label: string; url: string; host: string }[]
  /** As it can be cited, in one line, where it is shown to be looked up. */
  citation?: string
}

/** A digest laid out: what text stands where. Terminal, page and Discord differ only in how they draw it. */
export type DigestView = {
  id: string
  title: string
  tone: EntryView['tone']
  /** Lines under the title: counts, since when, and that a sample is one. */
  summary: Run[][]
  sections: {
    /** Of the claim that it is about. */
    claimId?: string
    heading: Run[]
    /** Verdicts of the claim, each with who reviewed it and when. */
    notes: Run[][]
    groups: { heading: Run[]; entries: EntryView[] }[]
    /** Fragments of reported speech, a line each. */
    also?: Run[][]
  }[]
  /** Discrepancies between statements, sources in trouble. */
  closing: { heading: Run[]; lines: Run[][] }[]
}

/** What is known of a text or a link. */
export type LookupAnswer = {
  /** The text, or the address, that was asked about. */
  asked: string
  /** The document behind the address, where the question was one. `onRecord` tells whether it was known before. */
  document: { title: string | null; url: string | null; published: string | null; onRecord: boolean } | null
  /** Why the address could not be read, null where it could or none was given. */
  trouble: string | null
  /** Known claims behind the text, best first. */
  claims: { claim: Claim; match: Match }[]
  /** Of a link: what is said in it. Of a text: statements on record in the same or in similar words, best first. */
  entries: DigestEntry[]
}

/** What a guild follows: a tracked entity, words, or a query (`digests/query.ts`) over an article or post. */
export type WatchTerm = {
  id: string
  guildId: string
  kind: 'entity' | 'phrase' | 'query'
  /** An entity's id, the phrase, or the query as written. */
  value: string
  createdBy: string
  createdAt: string
}

/** A channel that wants digests. `terminal` subscriptions come from the config, all others from Discord. */
export type Subscription = {
  id: string
  target: { kind: 'terminal' } | { kind: 'discord'; guildId: string; channelId: string }
  /** Cron expression of five fields, read in `timeZone` (IANA). */
  schedule: string
  timeZone: string
  createdBy: string | null
  createdAt: string
  /** Why nothing is sent, null while it is active. */
  pausedBecause: string | null
  /** What paused it was a trouble, not a person: it resumes by itself when that has mended. */
  mends?: boolean
  nextDigestAt: string | null
  /** Only entries that fit all of it. */
  filter?: DigestFilter | null
  /** A role that each digest mentions. */
  roleId?: string | null
  /** Where its digests wait until a curator posts them. */
  approvalChannelId?: string | null
  /** Quiet hours in `timeZone`, both in minutes since midnight: `quietFrom` on, until before `quietTo`. May pass midnight. */
  quietFrom?: number | null
  quietTo?: number | null
  /** When somebody last asked for what is new at once, with `/digest now`: quiet hours do not hold that back. */
  askedAt?: string
  /** True where a digest is posted also when nothing is new. */
  nothingNew?: boolean
  /** True where a timeline is drawn for the claims of its digests. */
  pictures?: boolean
}

/** What a curator asks of a subscription besides its schedule. */
export type SubscriptionWish = Pick<
  Subscription,
  'filter' | 'roleId' | 'approvalChannelId' | 'quietFrom' | 'quietTo' | 'nothingNew' | 'pictures'
>

/** What one channel wants of a digest. All that is given must fit. */
export type DigestFilter = {
  /** Said by or for this tracked entity. */
  entityId?: string
  claimId?: string
  /** Part of an outlet's name. */
  publisher?: string
  /** Words that stand in the statement: `lamp* AND (quay OR "old harbour") -ferry`. */
  query?: string
  /** 0 to 1: at least this near a known claim. */
  minimumScore?: number
}

/** A curator says that an entry is not that claim. `madeWith`: the entry of the same press, where that parted several. */
export type Correction = { entryId: string; claimId: string; madeWith?: string }

/** One message owed. Written in the transaction that makes it owed. */
export type Delivery = {
  id: string
  subscriptionId: string
  target: Subscription['target']
  digest: Digest
  /** At most 25 characters; the same for every try of this delivery. */
  nonce: string
  status: 'owed' | 'delivered' | 'failed' | 'unknown'
  dueAt: string
  attempts: number
  deliveredAt: string | null
  messageIds: string[]
  lastError: string | null
}

/** One digest in one channel: what it said when it was first tried, and the messages that hold it. */
export type Posting = {
  /** The nonce of its first message, at most 21 characters. */
  id: string
  deliveryId: string
  guildId: string
  channelId: string
  startedAt: string
  /** When it was last tried. */
  triedAt: string
  /** A try may have gone through without our knowing. */
  open: boolean
  /** In their order; fewer than there are to be where it was interrupted. */
  messageIds: string[]
  postedAt: string | null
  drawn: {
    digest: Digest
    language: string | null
    form: 'components' | 'embeds'
    roleId: string | null
    pictures?: boolean
  }
}

/** What a server has set for itself. */
export type GuildSettings = {
  /** Members with this role may configure, as those with Manage Server may. */
  curatorRoleId: string | null
  /** Where troubles with subscriptions are told once. */
  statusChannelId: string | null
  /** Speakers that no digest of this server shows: an entity's id, or a name in small letters. */
  muted: string[]
  corrections: Correction[]
  /** From which probability on an answer is a match, null for the operator's. */
  threshold: number | null
  /** Ids of statements whose claims are offered no more. */
  dismissed: string[]
  /** How digests are drawn: Components V2, or embeds. */
  form: 'components' | 'embeds'
  /** Locale of Discord's in which digests are written, null for English. */
  language: string | null
}

/** What makes a removal undone. */
export type Undo =
  /** `sequence`: what its digests had covered. */
  | { kind: 'subscription'; subscription: Subscription; sequence: number }
  | { kind: 'claim'; claimId: string }
  | { kind: 'watch-term'; term: WatchTerm }
  | { kind: 'entity'; entity: Entity }
  | { kind: 'threshold'; threshold: number | null }
  | { kind: 'dismissed'; statementIds: string[] }
  | { kind: 'source'; source: Source }

/** One thing a curator changed: what `/status changes` lists. */
export type Change = {
  id: string
  guildId: string
  at: string
  userId: string
  /** In words, without names from outside: `watch.add`, `subscription.pause`; see the catalogue's `change.` keys. */
  what: string
  /** What it was done to: a term, a channel's id. */
  object: string
  undo: Undo | null
  undoneAt: string | null
}

/** How the work stands: what is due, owed and waiting. Counts, and times of the oldest or last of its kind. */
export type Standing = {
  sources: { enabled: number; due: number; oldestDueAt: string | null; lastReadAt: string | null }
  /** Sources whose last reading failed, by kind of failure. */
  failing: Record<string, number>
  documents: { waiting: number; oldestWaitingAt: string | null }
  deliveries: { owed: number; oldestOwedAt: string | null; unknown: number }
  subscriptions: { paused: number; due: number; oldestDueAt: string | null }
}

/** A sign of life of one process. */
export type Heartbeat = {
  /** Name of this process on this machine, such as `desk-1:4711`. */
  process: string
  at: string
  startedAt: string
  /**
   * When its last round of reading, and of telling, ended; null before the first. Where several processes share the work:
   * when it last gave orders for what was due.
   */
  polledAt: string | null
  toldAt: string | null
  memoryBytes: number
  /** Of Onrecord. */
  version?: string
  /** When it last did the work of a tick, whatever that looks for. A gateway does none. */
  tickedAt?: string | null
  /** Where several processes share the work: what this one does, and which of Discord’s shards it holds. */
  role?: Role
  shards?: { ids: number[]; of: number }
}

/** `gateway`: holds connections to Discord and answers there. `worker`: reads, analyses, composes and posts. `all`: both. */
export type Role = 'gateway' | 'worker' | 'all'

/** Something that stays wrong. Told once when it is raised, once when it has gone. */
export type Alarm = { id: string; since: string; toldAt: string | null; words: string }
