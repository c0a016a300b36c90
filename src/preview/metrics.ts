import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { ConfigError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Alarm, Heartbeat, Standing } from '../model.ts'

/** What is served: read anew for every request. */
export type HealthReader = () => Promise<{
  standing: Standing
  pulse: Pick<Heartbeat, 'process' | 'startedAt' | 'polledAt' | 'toldAt' | 'tickedAt'>
  /** All that share the work; none where one process does it all. */
  processes: (Heartbeat & { isSilent: boolean })[]
  alarms: Alarm[]
  stuck: string | null
}>

export type Metrics = { readonly url: string; close(): Promise<void> }

const OUR_HOSTS = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/

/**
 * Serves `/healthz` (200 while the work goes on, else 503 with the reason, as JSON) and `/metrics` (Prometheus text) on
 * loopback.
 *
 * @param options.port 0 takes any free one
 * @throws {ConfigError} where the port is taken
 */
export async function startMetrics(options: { port: number; read: HealthReader; log: Log }): Promise<Metrics> {
  const { port, read, log } = options
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const fill = gaugesIn(registry)
  const answers: Record<string, () => Promise<{ status: number; type: string; body: string }>> = {
    '/healthz': async () => {
      const { stuck, standing, pulse, processes, alarms } = await read()
      const body = { status: stuck ? 'stuck' : 'ok', stuck, ...pulse, ...standing, alarms, processes }
      return { status: stuck ? 503 : 200, type: 'application/json', body: `${JSON.stringify(body)}\n` }
    },
    '/metrics': async () => {
      fill(await read())
      return { status: 200, type: registry.contentType, body: await registry.metrics() }
    },
  }
  const server = createServer((request, response) => {
    const send = ({ status, type, body }: { status: number; type: string; body: string }) => {
      response.writeHead(status, {
        'content-type': type,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      response.end(request.method === 'HEAD' ? undefined : body)
    }
    const plain = (status: number, body: string) =>
      send({ status, type: 'text/plain; charset=utf-8', body: `${body}\n` })
    const answer = answers[(request.url ?? '').split('?')[0]!]
    if (!OUR_HOSTS.test(request.headers.host ?? '')) return plain(421, 'this is for this machine alone')
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'only for reading')
    if (!answer) return plain(404, 'there are /healthz and /metrics')
    answer().then(send, (error) => {
      log.error({ err: error }, 'health could not be read')
      plain(503, 'the record cannot be read; the log says why')
    })
  })
  server.requestTimeout = 10_000
  server.headersTimeout = 10_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new ConfigError([`METRICS_PORT: port ${port} is taken; set another one, or 0 for none`], { cause: error })
          : error,
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Every gauge of ours. Times are seconds since 1970; a time that is not known is left out. */
function gaugesIn(registry: Registry): (health: Awaited<ReturnType<HealthReader>>) => void {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `onrecord_${name}`, help, labelNames, registers: [registry] })
  const plain: [Gauge, (health: Awaited<ReturnType<HealthReader>>) => number | string | null][] = [
    [gauge('up', '1 while the work goes on, 0 where it is stuck'), ({ stuck }) => Number(!stuck)],
    [
      gauge('last_read_timestamp_seconds', 'When a source was last read'),
      ({ standing }) => standing.sources.lastReadAt,
    ],
    [gauge('last_poll_timestamp_seconds', 'When a round of reading last ended'), ({ pulse }) => pulse.polledAt],
    [gauge('last_tell_timestamp_seconds', 'When a round of telling last ended'), ({ pulse }) => pulse.toldAt],
    [
      gauge('last_tick_timestamp_seconds', 'When this process last did the work of a tick that several share'),
      ({ pulse }) => pulse.tickedAt ?? null,
    ],
    [gauge('sources', 'Sources that are switched on'), ({ standing }) => standing.sources.enabled],
    [gauge('sources_due', 'Sources whose time to be read has come'), ({ standing }) => standing.sources.due],
    [
      gauge('source_oldest_due_timestamp_seconds', 'Since when the longest waiting source is due'),
      ({ standing }) => standing.sources.oldestDueAt,
    ],
    [gauge('documents_waiting', 'Documents that wait to be analysed'), ({ standing }) => standing.documents.waiting],
    [
      gauge('document_oldest_waiting_timestamp_seconds', 'Since when the longest waiting document waits'),
      ({ standing }) => standing.documents.oldestWaitingAt,
    ],
    [gauge('deliveries_owed', 'Digests that are owed and not posted yet'), ({ standing }) => standing.deliveries.owed],
    [
      gauge('delivery_oldest_owed_timestamp_seconds', 'Since when the longest owed digest is owed'),
      ({ standing }) => standing.deliveries.oldestOwedAt,
    ],
    [
      gauge('deliveries_unknown', 'Digests of which nobody knows whether they were posted'),
      ({ standing }) => standing.deliveries.unknown,
    ],
    [gauge('subscriptions_paused', 'Subscriptions that are paused'), ({ standing }) => standing.subscriptions.paused],
    [
      gauge('digests_due', 'Subscriptions whose time to be told has come'),
      ({ standing }) => standing.subscriptions.due,
    ],
    [gauge('alarms', 'Things that are wrong now'), ({ alarms }) => alarms.length],
  ]
  const failing = gauge('sources_failing', 'Sources whose last reading failed, by kind of failure', ['reason'])
  const processes = gauge('processes', 'Processes that share the work, by what they do', ['role', 'state'])
  return (health) => {
    for (const [one, read] of plain) {
      const value = read(health)
      one.reset()
      if (value === null) one.remove()
      else one.set(typeof value === 'string' ? Date.parse(value) / 1000 : value)
    }
    processes.reset()
    for (const { role = 'all', isSilent } of health.processes)
      processes.inc({ role, state: isSilent ? 'silent' : 'at work' })
    failing.reset()
    for (const [reason, n] of Object.entries(health.standing.failing)) failing.set({ reason }, n)
  }
}
