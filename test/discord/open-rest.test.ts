import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** Sends files to a server that drops the line, in a process where Node's own `fetch` was loaded first. */
const SENDS = `
import { createServer } from 'node:http'
void FormData.name
const { openRest } = await import('./src/discord/open-rest.ts')
let stray = 0
process.on('unhandledRejection', () => { stray += 1 })
const server = createServer((request, response) => {
  request.on('error', () => {})
  request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
})
await new Promise((done) => server.listen(0, '127.0.0.1', done))
const apiUrl = 'http://127.0.0.1:' + server.address().port
const { rest, close } = openRest({ token: 'x', apiUrl }, { retries: 0 })
const files = [1000, 3000].map((size, i) => ({ name: i + '.txt', data: Buffer.alloc(size) }))
let dropped = 0
for (let i = 0; i < 60; i++) {
  const stop = new AbortController()
  const sent = rest.post('/channels/1/messages', { signal: stop.signal, body: {}, files }).catch(() => { dropped += 1 })
  for (let k = 0; k < i % 20; k++) await (k % 2 ? undefined : new Promise(setImmediate))
  server.closeAllConnections()
  stop.abort()
  await sent
}
await close()
server.close()
console.log(JSON.stringify({ stray, dropped: dropped > 0 }))
`

describe('files on their way to Discord', () => {
  test('leave nothing behind that nobody can catch when the line drops', async () => {
    const args = ['--input-type=module', '-e', SENDS]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: 60_000 })
    expect(JSON.parse(stdout)).toEqual({ stray: 0, dropped: true })
  }, 60_000)
})
