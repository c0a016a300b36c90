import { setTimeout as sleep } from 'node:timers/promises'
import type { PostgresServer } from '../support/postgres.ts'
import type { Bot } from './bot.ts'
import type { Chance } from './chance.ts'

const WORKERS = 4
const GATEWAYS = 2
/** How often the database itself is ended at once and started again. */
export const RESTARTS = 3
/** Between two deaths of a worker, on average; a worker lives at least this long. */
const LEAST_LIFE_MS = 3000

/** So many requests to Discord, and the crew is at work; it is waited for no longer than this. */
const BUSY = 8
const LONGEST_START_MS = 240_000

type Start = (args: string[]) => Bot

/** Several workers and gateways on one database. Workers die and are replaced; gateways live on. */
export class Crew {
  readonly #start: Start
  #workers: Bot[] = []
  #gateways: Bot[] = []

  constructor(start: Start) {
    this.#start = start
    for (let i = 0; i < GATEWAYS; i++) this.#gateways.push(start(['--role', 'gateway', '--shards', `${i}/${GATEWAYS}`]))
    for (let i = 0; i < WORKERS; i++) this.#workers.push(this.#worker())
  }

  #worker(): Bot {
    return this.#start(['--role', 'worker'])
  }

  /** Kills workers at random until time and kills are spent, and restarts the database in between. */
  async suffer(
    { minutes, kills, heard }: { minutes: number; kills: number; heard(): number },
    server: PostgresServer,
    chance: Chance,
  ): Promise<{ killed: number; restarted: number; fell: string[] }> {
    // On a slow machine they would else die before they have done anything.
    const started = performance.now()
    while (heard() < BUSY && performance.now() - started < LONGEST_START_MS) await sleep(200)
    const begun = performance.now()
    const end = begun + minutes * 60_000
    const fell: string[] = []
    let killed = 0
    let restarted = 0
    while (performance.now() < end || killed < kills) {
      const mean = Math.max(LEAST_LIFE_MS, (end - performance.now()) / Math.max(1, kills - killed))
      await sleep(Math.min(mean * 3, -Math.log(1 - chance.next()) * mean))
      const one = chance.below(WORKERS)
      if (await this.#workers[one]?.kill()) killed += 1
      else fell.push(`worker ${one} had ended with ${await this.#workers[one]?.ended}`)
      this.#workers[one] = this.#worker()
      if (restarted < RESTARTS && performance.now() > begun + ((restarted + 1) / (RESTARTS + 1)) * (end - begun)) {
        await server.restart()
        restarted += 1
      }
    }
    return { killed, restarted, fell }
  }

  /** Asks all to end. @returns their exit codes, null for one that had to be killed */
  async stop(withinMs: number): Promise<(number | null)[]> {
    return Promise.all([...this.#workers, ...this.#gateways].map((bot) => bot.stop(withinMs)))
  }
}
