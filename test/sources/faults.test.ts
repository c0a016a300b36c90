import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createNet } from '../../src/sources/net.ts'
import { startServer } from '../support/http-server.ts'
import { scratch } from '../support/scratch.ts'

/** What comes of asking an address, with little patience. */
async function asked(url: string) {
  const net = createNet({ allowAddresses: ['127.0.0.0/8'], hostGapMs: 0, timeoutMs: 1500, connectTimeoutMs: 1000 })
  try {
    return await net.get(url).then(
      ({ status }) => ({ status }),
      ({ name, reason, message }) => ({ name, reason, message }),
    )
  } finally {
    await net.close()
  }
}

async function listening(server: Server, scheme = 'http'): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
const says = (...pieces: string[]) =>
  listening(
    createServer((socket) => {
      for (const piece of pieces) socket.write(piece)
    }),
  )

describe('a peer', () => {
  test('that accepts and never answers is given up in time', async () => {
    expect(await asked(await listening(createServer()))).toMatchObject({ reason: 'timeout' })
  })

  test('that closes its half in the middle of an answer gives no cut answer', async () => {
    const half = createServer({ allowHalfOpen: true }, (socket) => {
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nonly this much')
    })
    expect(await asked(await listening(half))).toMatchObject({ name: 'SourceError', reason: 'unreachable' })
  })

  test('that resets the connection is told so', async () => {
    const url = await listening(createServer((socket) => void socket.once('data', () => socket.resetAndDestroy())))
    expect(await asked(url)).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('tried again') })
  })

  test('that is not there is told so', async () => {
    const server = await startServer()
    await server.close()
    expect(await asked(server.url)).toMatchObject({
      reason: 'unreachable',
      message: expect.stringContaining('refuses'),
    })
  })

  test('that drips its headers without end is given up in time', async () => {
    const url = await listening(
      createServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n')
        const timer = setInterval(() => socket.write('x-drip: 1\r\n'), 50)
        socket.on('close', () => clearInterval(timer))
      }),
    )
    expect(await asked(url)).toMatchObject({ reason: 'timeout' })
  })

  test.each([
    ['with headers larger than any answer needs', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(200_000)}\r\n\r\n`],
    ['that speaks no HTTP', '220 mail.example ESMTP\r\n'],
    ['whose chunks are garbage', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nx\r\n'],
    ['that names two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 9\r\n\r\nabc'],
  ])('%s is an error in words', async (_what, answer) => {
    expect(await asked(await says(answer))).toMatchObject({ name: 'SourceError', reason: 'unreachable' })
  })
})

describe('TLS', () => {
  test('asked of a server that has none is an error in words', async () => {
    const server = await startServer()
    const answer = await asked(server.url.replace('http:', 'https:'))
    await server.close()
    expect(answer).toMatchObject({ name: 'SourceError', reason: 'unreachable' })
  })

  test('that cannot agree on anything is an error in words', async () => {
    const server = createTlsServer({})
    server.on('tlsClientError', () => {})
    expect(await asked(await listening(server, 'https'))).toMatchObject({ name: 'SourceError', reason: 'unreachable' })
  })

  test('with a certificate that nobody vouches for is refused', async ({ skip }) => {
    const folder = scratch()
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1']
    try {
      execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    } catch {
      skip('this machine has no openssl to make a certificate with')
    }
    const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, answer) =>
      answer.end('x'),
    )
    const answer = await asked(await listening(server, 'https'))
    expect(answer).toMatchObject({ reason: 'unreachable', message: expect.stringContaining('certificate') })
  })
})
