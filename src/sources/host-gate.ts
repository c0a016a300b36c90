import { setTimeout as sleep } from 'node:timers/promises'

type Host = {
  active: number
  nextAt: number
  sentAt: number
  heldUntil: number
  waiting: (() => void)[]
  timer: NodeJS.Timeout | null
}
/** Turns that several processes share, where one record is read by many. */
export type SharedTurns = {
  /**
   * Waits for one of the host's places, then for its start.
   *
   * @returns gives the place back, the next start no sooner than `restMs` from then; or, where the host wants to be left
   *   alone for longer than `longestSeconds`, for how many seconds
   */
  take(
    host: string,
    limits: { gapMs: number; places: number; longestSeconds?: number | undefined },
  ): Promise<((restMs?: number) => Promise<void>) | number>
  hold(host: string, seconds: number): Promise<void>
  heldSeconds(host: string): Promise<number>
}
export type GateOptions = {
  /** Least time between the starts of two requests to one host. */
  gapMs: number
  /** Most requests under way to one host. */
  perHost: number
  /** Most requests under way to all hosts together. */
  overall: number
  /** With them gap and places hold over all processes together. */
  shared?: SharedTurns | undefined
}

/** The host asked for a pause that is longer than whoever asks would wait. */
export class HeldOff extends Error {
  readonly seconds: number
  constructor(seconds: number) {
    super(`the host asked for a pause of ${Math.ceil(seconds)} s`)
    this.seconds = seconds
  }
}

/** Lets requests through one host at a time, in the order of asking, with a gap between them. */
export class HostGate {
  readonly #options: GateOptions
  readonly #hosts = new Map<string, Host>()
  readonly #waiting: (() => void)[] = []
  #active = 0

  constructor(options: GateOptions) {
    this.#options = options
  }

  /**
   * Waits for the host's turn, then does the work. A host that waits holds up no other.
   *
   * @param longestSeconds who would have to wait longer for a host that asked for a pause does not wait at all
   * @throws {HeldOff}
   */
  async through<T>(name: string, work: () => Promise<T>, longestSeconds?: number): Promise<T> {
    const held = this.#ownHeldSeconds(name)
    if (held > (longestSeconds ?? held)) throw new HeldOff(held)
    await this.#hostTurn(name)
    try {
      return await this.#inSharedTurn(name, () => this.#inOverallTurn(name, work), longestSeconds)
    } finally {
      const host = this.#hosts.get(name)
      if (host) {
        host.active -= 1
        this.#admit(name, host)
      }
    }
  }

  /** Who waits for a host's turn takes nobody's place; only a request under way does. */
  async #inOverallTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    await this.#overallTurn()
    try {
      await this.#gapSinceLast(name)
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#active -= 1
    }
  }

  /** A busy process may come late to its turn: the next one is no sooner after it for that. */
  async #gapSinceLast(name: string): Promise<void> {
    const { gapMs } = this.#options
    const host = this.#host(name)
    for (let wait = host.sentAt + gapMs - performance.now(); wait > 0; wait = host.sentAt + gapMs - performance.now())
      await sleep(wait)
    host.sentAt = performance.now()
    host.nextAt = Math.max(host.nextAt, host.sentAt + gapMs)
  }

  async #inSharedTurn<T>(name: string, work: () => Promise<T>, longestSeconds?: number): Promise<T> {
    const { shared, gapMs, perHost } = this.#options
    if (!shared) return work()
    const giveBack = await shared.take(name, { gapMs, places: perHost, longestSeconds })
    if (typeof giveBack === 'number') throw new HeldOff(giveBack)
    try {
      return await work()
    } finally {
      // A place that cannot be given back comes free by itself. Whoever came late to the turn moves that of the next.
      await giveBack(this.#host(name).sentAt + gapMs - performance.now()).catch(() => {})
    }
  }

  /** Puts a host's next turn off, as its Retry-After asks. */
  holdOff(name: string, seconds: number): void {
    this.#options.shared?.hold(name, seconds).catch(() => {})
    const host = this.#host(name)
    host.heldUntil = Math.max(host.heldUntil, performance.now() + seconds * 1000)
    host.nextAt = Math.max(host.nextAt, host.heldUntil)
    if (host.active === 0) this.#admit(name, host)
  }

  /** Seconds for which a host wants no visit at all; 0 where it said nothing. */
  async heldSeconds(name: string): Promise<number> {
    return Math.max(this.#ownHeldSeconds(name), (await this.#options.shared?.heldSeconds(name)) ?? 0)
  }

  #ownHeldSeconds(name: string): number {
    return Math.max(0, ((this.#hosts.get(name)?.heldUntil ?? 0) - performance.now()) / 1000)
  }

  #host(name: string): Host {
    const known = this.#hosts.get(name)
    if (known) return known
    const host: Host = {
      active: 0,
      nextAt: 0,
      sentAt: Number.NEGATIVE_INFINITY,
      heldUntil: 0,
      waiting: [],
      timer: null,
    }
    this.#hosts.set(name, host)
    return host
  }

  #hostTurn(name: string): Promise<void> {
    return new Promise((turn) => {
      const host = this.#host(name)
      host.waiting.push(turn)
      host.timer?.ref()
      this.#admit(name, host)
    })
  }

  #admit(name: string, host: Host): void {
    if (host.timer) return
    const wait = host.nextAt - performance.now()
    if (host.waiting.length === 0) {
      if (host.active === 0 && wait <= 0) this.#hosts.delete(name)
      else if (host.active === 0) this.#wake(name, host, wait)
      return
    }
    if (host.active >= this.#options.perHost) return
    if (wait > 0) {
      this.#wake(name, host, wait)
      return
    }
    host.active += 1
    host.nextAt = performance.now() + this.#options.gapMs
    host.waiting.shift()?.()
    this.#admit(name, host)
  }

  #wake(name: string, host: Host, wait: number): void {
    host.timer = setTimeout(() => {
      host.timer = null
      this.#admit(name, host)
    }, Math.ceil(wait))
    // A host that nobody waits for must not keep the process alive.
    if (host.waiting.length === 0) host.timer.unref()
  }

  async #overallTurn(): Promise<void> {
    // A slot that becomes free is handed over as it is, so that nobody slips in between.
    if (this.#active >= this.#options.overall) await new Promise<void>((turn) => this.#waiting.push(turn))
    else this.#active += 1
  }
}
