/** The errors a caller can act on. Anything else is a fault of ours and is left to surface as it is. */

/** A config file or the environment is wrong: nothing starts. Each fault is a line with file, line and key. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly faults: string[]
  constructor(faults: string[], options?: ErrorOptions) {
    super(faults.join('\n'), options)
    this.faults = faults
  }
}

/** `held-off`: not asked at all, for its host wants a pause. */
export type SourceFailure =
  | 'unreachable'
  | 'refused'
  | 'rate-limited'
  | 'held-off'
  | 'gone'
  | 'unreadable'
  | 'too-large'
  | 'timeout'

/** A source could not be read. `detail` says in words what to do; `retryAfterSeconds` is the server's wish. */
export class SourceError extends Error {
  override name = 'SourceError'
  readonly reason: SourceFailure
  readonly address: string
  readonly retryAfterSeconds: number | null
  constructor(
    reason: SourceFailure,
    address: string,
    detail: string,
    options: ErrorOptions & { retryAfterSeconds?: number | null } = {},
  ) {
    super(`${address}: ${detail}`, options)
    this.reason = reason
    this.address = address
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
  }
}

export type StoreFailure = 'locked' | 'newer' | 'read-only' | 'full' | 'damaged' | 'unreachable' | 'refused'

/** The store cannot be used. The message says what to do. */
export class StoreError extends Error {
  override name = 'StoreError'
  readonly reason: StoreFailure
  constructor(reason: StoreFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

export type DiscordFailure =
  | 'token'
  | 'unreachable'
  | 'rate-limited'
  | 'forbidden'
  | 'gone'
  | 'rejected'
  | 'unknown-outcome'
  | 'unknowable'

/**
 * Discord refused or did not answer. `forbidden` and `gone` will not mend by trying again. After `unknown-outcome` a
 * look into the channel tells whether it was posted; where it is `unknowable`, nothing does.
 */
export class DiscordError extends Error {
  override name = 'DiscordError'
  readonly reason: DiscordFailure
  /** How long Discord asks to wait, null where it does not. */
  readonly retryAfterSeconds: number | null
  /** A try before the last one may have gone through. */
  readonly mayHavePosted: boolean
  constructor(
    reason: DiscordFailure,
    message: string,
    options: ErrorOptions & { retryAfterSeconds?: number | null; mayHavePosted?: boolean } = {},
  ) {
    super(message, options)
    this.reason = reason
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
    this.mayHavePosted = options.mayHavePosted ?? false
  }
}

/** A command was typed wrongly: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}
