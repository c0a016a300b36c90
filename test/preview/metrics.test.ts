import { request } from 'node:http'
import pino from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readHealth } from '../../src/jobs/watch.ts'
import { startMetrics } from '../../src/preview/metrics.ts'
import { openStore } from '../../src/store/open-store.ts'
import { aSource } from '../support/nouns.ts'
import { run, start } from '../support/onrecord.ts'
import { scratch } from '../support/scratch.ts'

const noon = '2026-03-28T12:00:00.000Z'
const log = pino({ level: 'silent' })

async function served(now = noon) {
  const store = await openStore({ dataFolder: scratch() })
  await store.sources.configure([aSource()])
  const pulse = { process: 'desk:1', startedAt: noon, polledAt: null, toldAt: noon }
  const metrics = await startMetrics({ port: 0, read: () => readHealth({ store, now: () => now }, pulse), log })
  onTestFinished(async () => {
    await metrics.close()
    await store[Symbol.asyncDispose]()
  })
  return { store, url: metrics.url }
}

describe('health', () => {
  test('is 200 with how it stands while the work goes on', async () => {
    const { url } = await served()
    const answer = await fetch(`${url}healthz`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      status: 'ok',
      stuck: null,
      sources: { enabled: 1, due: 1 },
      alarms: [],
    })
  })

  test('is 503 with the reason where it is stuck', async () => {
    const { url } = await served('2026-03-28T12:20:00.000Z')
    const answer = await fetch(`${url}healthz`)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ status: 'stuck', stuck: expect.stringContaining('reading') })
  })

  test('is 503 where the record cannot be read, and tells a stranger nothing of why', async () => {
    const { url, store } = await served()
    await store[Symbol.asyncDispose]()
    const answer = await fetch(`${url}healthz`)
    expect(answer.status).toBe(503)
    expect(await answer.text()).toBe('the record cannot be read; the log says why\n')
  })

  test('answers to a name of this machine only', async () => {
    const { url } = await served()
    const status = await new Promise((resolve, reject) => {
      request(`${url}healthz`, { headers: { host: 'evil.example' } }, ({ statusCode }) => resolve(statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(421)
  })
})

describe('metrics', () => {
  test('are Prometheus text: what is due, owed and failing, and the memory', async () => {
    const { url, store } = await served()
    const read = async () => (await fetch(`${url}metrics`)).text()
    expect(await read()).toMatch(/^onrecord_sources_due 1$/m)
    expect(await read()).not.toMatch(/^onrecord_last_read_timestamp_seconds /m)
    await store.sources.remember({
      sourceId: 'gazette',
      etag: null,
      lastModified: null,
      lastPolledAt: noon,
      lastSucceededAt: noon,
      nextPollAt: '2026-03-28T12:30:00.000Z',
      failures: 1,
      trouble: 'x',
      troubleSince: noon,
      troubleReason: 'rate-limited',
    })
    const text = await read()
    expect(text).toMatch(/^onrecord_sources_due 0$/m)
    expect(text).toMatch(/^onrecord_sources_failing\{reason="rate-limited"\} 1$/m)
    expect(text).toMatch(new RegExp(`^onrecord_last_read_timestamp_seconds ${Date.parse(noon) / 1000}$`, 'm'))
    expect(text).toMatch(/^process_resident_memory_bytes \d/m)
    expect(text).toMatch(/^# HELP onrecord_deliveries_owed /m)
  })
})

test('the running program serves both, and notes its sign of life', async () => {
  const data = scratch()
  const config = new URL('../../config/sample/onrecord.yaml', import.meta.url).pathname
  const port = 20_000 + (process.pid % 20_000)
  const running = start(['run', '--config', config, '--data', data], {
    env: { METRICS_PORT: String(port), LOG_LEVEL: 'info' },
  })
  await expect
    .poll(
      () =>
        fetch(`http://127.0.0.1:${port}/healthz`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 30_000 },
    )
    .toBe(200)
  running.process.kill('SIGTERM')
  expect((await running.ended).code).toBe(0)
  expect((await run(['doctor', '--config', config, '--data', data])).code).toBe(0)
})
