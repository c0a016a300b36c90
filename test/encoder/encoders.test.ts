import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { localEncoder } from '../../src/encoder/local.ts'
import { remoteEncoder } from '../../src/encoder/remote.ts'
import { createNet } from '../../src/sources/net.ts'

const cosine = (a: Float32Array, b: Float32Array) => {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

/** A server of embeddings on loopback that answers each text with its length. */
async function serving(status: number, answer: (texts: string[]) => unknown) {
  const asked: { model: string; input: string[]; key: string | undefined }[] = []
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString())
    asked.push({ model: body.model, input: body.input, key: request.headers.authorization })
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer(body.input)))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/embeddings`
  return { asked, address, [Symbol.dispose]: () => void server.close() }
}
const lengths = (texts: string[]) => ({
  data: texts.map((text, index) => ({ index, embedding: [text.length, 1] })).reverse(),
})

describe('the encoder that ships', () => {
  test('puts texts of like meaning closer than others, in the order they came', async () => {
    const [doctor, physician, bridge] = await localEncoder().encode([
      'The doctor treated the sick child in the clinic.',
      'A physician cared for an ill kid at the hospital.',
      'Bridge tolls went up.',
    ])
    expect(doctor).toHaveLength(512)
    expect(cosine(doctor!, physician!)).toBeGreaterThan(cosine(doctor!, bridge!) + 0.2)
  })
})

describe('a remote encoder', () => {
  const net = createNet({ allowAddresses: ['127.0.0.0/8'], hostGapMs: 0 })
  afterAll(() => net.close())

  test('sends texts in batches with the key, and puts the answers in order', async () => {
    using server = await serving(200, lengths)
    const encoder = remoteEncoder({ url: server.address, model: 'm', key: 'k', post: net.post })
    const vectors = await encoder.encode(Array.from({ length: 70 }, (_, i) => 'x'.repeat(i)))
    expect(vectors.map(([length]) => length)).toEqual(Array.from({ length: 70 }, (_, i) => i))
    expect(server.asked.map(({ model, input, key }) => [model, input.length, key])).toEqual([
      ['m', 64, 'Bearer k'],
      ['m', 6, 'Bearer k'],
    ])
  })
  test.each([
    [401, () => ({}), 'refused'],
    [200, () => ({ data: 'nothing' }), 'unreadable'],
    [200, () => ({ data: [] }), 'unreadable'],
    [200, () => ({ data: [{ index: 7, embedding: [1] }] }), 'unreadable'],
    [302, () => ({}), 'refused'],
  ] as const)('that answers %i with something else says so', async (status, answer, reason) => {
    using server = await serving(status, answer)
    await expect(
      remoteEncoder({ url: server.address, model: 'm', post: net.post }).encode(['a']),
    ).rejects.toMatchObject({
      name: 'SourceError',
      reason,
    })
  })
  test('on a private address is refused, unless it is allowed', async () => {
    using server = await serving(200, lengths)
    const closed = createNet({ hostGapMs: 0 })
    const encoder = remoteEncoder({ url: server.address, model: 'm', post: closed.post })
    await expect(encoder.encode(['a'])).rejects.toMatchObject({ reason: 'refused' })
    expect(server.asked).toEqual([])
    await closed.close()
  })
  test('that is not there says so', async () => {
    const gone = await serving(200, lengths)
    gone[Symbol.dispose]()
    await expect(remoteEncoder({ url: gone.address, model: 'm', post: net.post }).encode(['a'])).rejects.toMatchObject({
      reason: 'unreachable',
    })
  })
})
