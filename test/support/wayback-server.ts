import { type Answer, startServer, type TestServer } from './http-server.ts'

/** A capture that the server holds: address, fourteen digits of time, and what replaying it gives. */
export type HeldCapture = {
  original: string
  timestamp: string
  mimetype: string
  body: string
  digest?: string
  statuscode?: string
  replay?: Answer
}

export type WaybackServer = TestServer & {
  /** Answers that come before the true one of the index, one a request. */
  troubles: { cdx: Answer[]; replay: Answer[] }
  hold(...captures: HeldCapture[]): void
}

/** A Wayback Machine on loopback: its index with pages and resume keys, and the replay of captures. */
export async function startWayback(address = '127.0.0.1'): Promise<WaybackServer> {
  const server = await startServer(address)
  const held: HeldCapture[] = []
  const troubles: WaybackServer['troubles'] = { cdx: [], replay: [] }
  const key = (at: number) => `com,twitter)/x 2026${at}%2B`
  server.on('*', (request, response) => {
    const url = new URL(request.url ?? '/', 'http://wayback.test')
    const isIndex = url.pathname === '/cdx/search/cdx'
    const trouble = (isIndex ? troubles.cdx : troubles.replay).shift()
    if (typeof trouble === 'function') return trouble(request, response)
    if (trouble) {
      response.writeHead(trouble.status ?? 200, trouble.headers)
      response.end(trouble.body)
      return
    }
    if (isIndex) {
      const asked = url.searchParams.get('url') ?? ''
      const rows = held.filter(
        ({ original, timestamp }) =>
          timestamp >= (url.searchParams.get('from') ?? '') &&
          timestamp.slice(0, (url.searchParams.get('to') ?? '').length) <= (url.searchParams.get('to') || '9') &&
          original
            .replace(/^https?:\/\/(www\.)?/, '')
            .toLowerCase()
            .startsWith(asked.toLowerCase()),
      )
      const limit = Number(url.searchParams.get('limit'))
      const resume = url.searchParams.get('resumeKey')
      const start = resume ? Number(/2026(\d+)%2B$/.exec(resume)?.[1]) : 0
      const fields = (url.searchParams.get('fl') ?? '').split(',')
      const lines = rows.slice(start, start + limit).map((row) =>
        fields.map(
          (field) =>
            ({
              urlkey: 'k',
              length: '1',
              digest: row.digest ?? row.timestamp,
              statuscode: row.statuscode ?? '200',
              original: row.original,
              timestamp: row.timestamp,
              mimetype: row.mimetype,
            })[field] ?? '',
        ),
      )
      const more = start + limit < rows.length ? [[], [key(start + limit)]] : []
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(rows.length === 0 ? '[]' : JSON.stringify([fields, ...lines, ...more]))
      return
    }
    const [, timestamp, original] = /^\/web\/(\d{14})id_\/(.*)$/.exec(request.url ?? '') ?? []
    const capture = held.find((one) => one.timestamp === timestamp && one.original === original)
    if (typeof capture?.replay === 'function') return capture.replay(request, response)
    const answer = capture?.replay ?? {
      status: capture ? 200 : 404,
      headers: {
        'content-type': capture?.mimetype ?? 'text/html',
        'memento-datetime': 'Tue, 03 Mar 2026 09:00:00 GMT',
      },
      body: capture?.body ?? '',
    }
    response.writeHead(answer.status ?? 200, capture ? answer.headers : { 'content-type': 'text/html' })
    response.end(answer.body)
  })
  return Object.assign(server, { troubles, hold: (...captures: HeldCapture[]) => void held.push(...captures) })
}
