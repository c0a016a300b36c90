import { request } from 'node:http'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { viewDigest } from '../../src/digests/digest-view.ts'
import { type Preview, type PreviewReaders, startPreview } from '../../src/preview/preview.ts'
import { renderHtml } from '../../src/preview/render-page.ts'
import { aDigest, anEntry, aReport } from '../support/digests.ts'
import { previewSample } from '../support/preview-sample.ts'

let preview: Preview
const log = pino({ level: 'silent' })
const start = (readers: Partial<PreviewReaders> = {}) =>
  startPreview({ port: 0, readers: { ...previewSample(), ...readers }, log })
beforeEach(async () => {
  preview = await start()
})
afterEach(() => preview.close())

/** One request, its host header as given: a browser always sends the name it was led by. */
function get(path: string, { method = 'GET', host = '' } = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const url = new URL(path, preview.url)
    const asked = request(url, { method, headers: { host: host || url.host } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('the preview page', () => {
  test('shows the last digests', async () => {
    const { status, body } = await get('/')
    expect(status).toBe(200)
    for (const words of ['Who said what', 'Mira Sol', 'The lamps stay on', 'Read at gazette.example', 'st-1'])
      expect(body).toContain(words)
  })

  test.each([
    '/lookup?q=lamps',
    '/record/st-1',
    '/claims',
    '/claim/lamps',
    '/timeline/lamps.png',
    '/sources',
    '/digest/digest-1',
    '/healthz',
  ])('has %s', async (path) => expect((await get(path)).status).toBe(200))

  test.each(['/nothing', '/claim/none', '/digest/none', '/record/%E0%A4%A', '/digest/'])('has no %s', async (path) => {
    const { status } = await get(path)
    expect(status === 404 || path.startsWith('/record')).toBe(true)
  })

  test('may load nothing and run nothing', async () => {
    const { headers, body } = await get('/')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    expect(body).not.toMatch(/<script|<img|<link|<iframe|\son\w+=|javascript:/i)
  })

  test('answers to a name of this machine only', async () => {
    expect((await get('/', { host: 'evil.example' })).status).toBe(421)
    expect((await get('/', { host: 'localhost:1234' })).status).toBe(200)
  })

  test('is only for reading', async () => {
    expect((await get('/', { method: 'POST' })).status).toBe(405)
    expect(await get('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  test('says so where reading fails, and goes on', async () => {
    await preview.close()
    preview = await start({
      claims: async () => {
        throw new Error('the disk is gone')
      },
    })
    const { status, body } = await get('/claims')
    expect(status).toBe(500)
    expect(body).not.toContain('the disk is gone')
    expect((await get('/')).status).toBe(200)
  })

  test('on a port that is taken says which variable to set', async () => {
    const port = Number(new URL(preview.url).port)
    await expect(startPreview({ port, readers: previewSample(), log })).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('PREVIEW_PORT'),
    })
  })
})

describe('a digest as a page', () => {
  const evil = '<script>alert(1)</script>"\'&'
  const html = renderHtml(
    viewDigest(
      aDigest({
        title: evil,
        unmatched: [
          {
            speaker: evil,
            entries: [
              anEntry({
                id: evil,
                words: [{ content: evil, directness: 'direct' }],
                speaker: { name: evil, entityId: null, mention: null },
                reports: [aReport({ title: evil, publisher: evil, url: 'javascript:alert(1)' })],
              }),
            ],
          },
        ],
      }),
    ),
  )

  test('takes no markup from outside', () => {
    expect(html).not.toContain('<script')
    expect(html).not.toMatch(/href="javascript/i)
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })

  test('is whole: its style is inside, its policy allows that style alone', () => {
    expect(html).toMatch(/^<!doctype html>/)
    expect(html).toContain('Content-Security-Policy')
    expect(html.match(/<style>/g)).toHaveLength(1)
  })
})
