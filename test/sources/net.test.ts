import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNet, type Net, type NetOptions } from '../../src/sources/net.ts'
import { startServer, type TestServer } from '../support/http-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

async function withNet<T>(options: NetOptions, work: (net: Net) => Promise<T>): Promise<T> {
  const net = createNet({ allowAddresses: ['127.0.0.0/8'], hostGapMs: 0, ...options })
  try {
    return await work(net)
  } finally {
    await net.close()
  }
}

describe('the door to other machines', () => {
  test.each([
    ['loopback', 'http://127.0.0.1:9/'],
    ['loopback as one number', 'http://2130706433/'],
    ['loopback in hexadecimal', 'http://0x7f.1/'],
    ['loopback in octal', 'http://0177.0.0.1/'],
    ['loopback by name', 'http://localhost:9/'],
    ['loopback in IPv6', 'http://[::1]/'],
    ['loopback mapped into IPv6', 'http://[::ffff:127.0.0.1]/'],
    ['loopback by NAT64', 'http://[64:ff9b::7f00:1]/'],
    ['loopback by 6to4', 'http://[2002:7f00:1::]/'],
    ['a private network', 'http://10.0.0.8/'],
    ['another private network', 'http://192.168.1.1/'],
    ['carrier-grade NAT', 'http://100.64.1.1/'],
    ['the cloud’s metadata address', 'http://169.254.169.254/latest/meta-data/'],
    ['a unique local address', 'http://[fd00::1]/'],
    ['this network', 'http://0.0.0.0/'],
  ])('refuses %s', async (_, address) => {
    await withNet({ allowAddresses: [] }, async (net) => {
      await expect(net.get(address)).rejects.toMatchObject({ name: 'SourceError', reason: 'refused' })
    })
  })

  test.each([
    ['another scheme', 'file:///etc/passwd'],
    ['a name and password', 'http://user:secret@example.org/'],
    ['what is no address', 'example.org/feed'],
  ])('refuses %s', async (_, address) => {
    await withNet({}, async (net) => {
      const refused = net.get(address)
      await expect(refused).rejects.toMatchObject({ reason: 'refused' })
      await expect(refused).rejects.not.toThrow(/secret/)
    })
  })

  test('refuses a redirect to a private address, though it began at an allowed one', async () => {
    server.on('/inwards', { status: 302, headers: { location: 'http://169.254.169.254/' } })
    await withNet({}, async (net) => {
      await expect(net.get(`${server.url}/inwards`)).rejects.toMatchObject({ reason: 'refused' })
    })
  })

  test('follows redirects and tells each', async () => {
    server.on('/old', { status: 301, headers: { location: '/older' } })
    server.on('/older', { status: 308, headers: { location: '/new' } })
    server.on('/new', { body: 'here' })
    const { url, redirects, text } = await withNet({}, async (net) => {
      const answer = await net.get(`${server.url}/old`)
      return { ...answer, text: (await answer.bytes()).toString() }
    })
    expect({ url, text }).toEqual({ url: `${server.url}/new`, text: 'here' })
    expect(redirects.map(({ status }) => status)).toEqual([301, 308])
  })

  test('gives up on redirects without end', async () => {
    server.on('/round', { status: 302, headers: { location: '/round' } })
    await withNet({}, async (net) => {
      await expect(net.get(`${server.url}/round`)).rejects.toThrow(/redirects more than 5 times/)
    })
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('takes off %s', async (coding, pack) => {
    server.on('/packed', { headers: { 'content-encoding': coding }, body: pack('Grüße '.repeat(2000)) })
    const text = await withNet({}, async (net) => (await (await net.get(`${server.url}/packed`)).bytes()).toString())
    expect(text).toBe('Grüße '.repeat(2000))
  })

  test('counts what is unpacked, not what arrives', async () => {
    server.on('/bomb', { headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(30_000_000)) })
    await withNet({}, async (net) => {
      await expect(net.get(`${server.url}/bomb`)).rejects.toMatchObject({ reason: 'too-large' })
    })
  })

  test('says that cut content is cut', async () => {
    server.on('/cut', {
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.from('words '.repeat(5000))).subarray(0, 60),
    })
    await withNet({}, async (net) => {
      await expect(net.get(`${server.url}/cut`)).rejects.toMatchObject({ reason: 'unreadable' })
    })
  })

  test('waits no longer than it is told, even where bytes keep dripping', async () => {
    server.on('/drip', (_, response) => {
      const timer = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(timer))
    })
    await withNet({ timeoutMs: 200 }, async (net) => {
      await expect(net.get(`${server.url}/drip`)).rejects.toMatchObject({ reason: 'timeout' })
    })
  })

  test('tells who asks and where to write', async () => {
    server.on('/who', { body: '' })
    await withNet({ contact: 'mailto:desk@example.org', version: '1.2.3' }, (net) => net.get(`${server.url}/who`))
    expect(server.arrivals.at(-1)?.headers['user-agent']).toBe('Onrecord/1.2.3 (+mailto:desk@example.org)')
  })

  test('keeps a gap between two visits to one host, and no more at once than allowed', async () => {
    await using own = await startServer('127.0.0.2')
    own.on('*', (_, response) => void setTimeout(() => response.end('slow'), 30))
    await withNet({ hostGapMs: 120, hostConcurrency: 1 }, (net) =>
      Promise.all(Array.from({ length: 5 }, (_, i) => net.get(`${own.url}/${i}`))),
    )
    const times = own.arrivals.map(({ at }) => at)
    // A busy machine may bring one of them late: four gaps of 120 ms are more than 360 ms all the same.
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(360)
    expect(own.busiest()).toBe(1)
  })

  test('does not let one slow host hold up another', async () => {
    await using slow = await startServer('127.0.0.3')
    await using quick = await startServer('127.0.0.4')
    slow.on('*', () => {})
    quick.on('*', { body: 'here' })
    await withNet({ timeoutMs: 2000, hostConcurrency: 1 }, async (net) => {
      const held = net.get(slow.url).catch(() => 'timeout')
      const answer = await net.get(quick.url)
      expect(answer.status).toBe(200)
      await net.close()
      await held
    })
  })
})
