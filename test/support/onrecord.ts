import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { onTestFinished } from 'vitest'

const launch = resolve(import.meta.dirname, '../../src/launch.js')

type Options = { cwd?: string; env?: Record<string, string> }
export type Finished = { code: number | null; out: string; err: string }
export type Running = {
  process: ChildProcess
  /** Everything printed so far. */
  out(): string
  err(): string
  /** Resolves when either stream has said this; rejects where the process ends first. */
  says(words: string | RegExp): Promise<void>
  ended: Promise<Finished>
}

/** Only what a test names: no token, no proxy, no config of the machine. */
const bare = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  LOG_LEVEL: 'warn',
  PREVIEW_PORT: '0',
  METRICS_PORT: '0',
}

/** The real program, started as a person starts it. Ended with the test at the latest. */
export function start(args: string[], { cwd, env = {} }: Options = {}): Running {
  const child = spawn(process.execPath, [launch, ...args], {
    cwd,
    env: { ...bare, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let out = ''
  let err = ''
  const listeners = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    out += data
    for (const look of listeners) look()
  })
  child.stderr.setEncoding('utf8').on('data', (data: string) => {
    err += data
    for (const look of listeners) look()
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }))
  return {
    process: child,
    out: () => out,
    err: () => err,
    says: (words) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const text = out + err
          if (typeof words === 'string' ? !text.includes(words) : !words.test(text)) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        void ended.then(() => reject(new Error(`ended before it said ${words}:\n${out}\n${err}`)))
        look()
      }),
    ended,
  }
}

export const run = (args: string[], options?: Options): Promise<Finished> => start(args, options).ended
