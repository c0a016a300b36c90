/** From a typed command to the first digest on the sample, and what the process holds when it is idle. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const ROUNDS = 5

export async function run(): Promise<void> {
  const bare: number[] = []
  const first: number[] = []
  const idle: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await timeOf(['--input-type=module', '-e', 'console.log(1)']))
    const data = mkdtempSync(join(tmpdir(), 'onrecord-bench-'))
    const started = await startOnrecord(data)
    first.push(started.ms)
    idle.push(started.idleMb)
    rmSync(data, { recursive: true, force: true })
  }
  const [ours, node] = [median(first), median(bare)]
  console.table({
    'start to first digest (sample)': {
      median: `${ours.toFixed(0)} ms`,
      limit: '5000 ms',
      beside: `node printing one line: ${node.toFixed(0)} ms`,
      ratio: (ours / node).toFixed(1),
    },
    'idle memory (RSS, 20 s after the first digest)': {
      median: `${median(idle).toFixed(0)} MB`,
      limit: '200 MB',
      beside: '',
      ratio: '',
    },
  })
}

async function timeOf(args: string[]): Promise<number> {
  const begun = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  const ms = performance.now() - begun
  await once(child, 'exit')
  return ms
}

/** Starts the default config, as `npm start` does; without internet its news sources fail, which is part of the job. */
async function startOnrecord(data: string): Promise<{ ms: number; idleMb: number }> {
  const begun = performance.now()
  const child = spawn(process.execPath, [join(root, 'src/launch.js'), 'run', '--data', data], {
    cwd: data,
    env: { ...process.env, PREVIEW_PORT: '0', METRICS_PORT: '0', LOG_LEVEL: 'silent', DISCORD_TOKEN: '' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  const ms = performance.now() - begun
  await new Promise((resolve) => setTimeout(resolve, 20_000))
  const idleMb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024
  child.kill('SIGTERM')
  await once(child, 'exit')
  return { ms, idleMb }
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
