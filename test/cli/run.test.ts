import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { run, start } from '../support/onrecord.ts'
import { scratch } from '../support/scratch.ts'

const shipped = resolve(import.meta.dirname, '../../config')

/** A folder with a config that has nothing but the bundled sample, which a test may change. */
function sampleOnly(): string {
  const folder = scratch()
  cpSync(join(shipped, 'sample'), join(folder, 'sample'), { recursive: true })
  writeFileSync(join(folder, 'onrecord.yaml'), 'sample: sample/onrecord.yaml\n')
  return folder
}
const paths = (folder: string) => ['--config', join(folder, 'onrecord.yaml'), '--data', join(folder, 'data')]

describe('run --once without internet', () => {
  test('prints a digest of the sample, marked as sample, and says nothing twice', async () => {
    const folder = sampleOnly()
    const first = await run(['run', '--once', ...paths(folder)])
    expect(first).toMatchObject({ code: 0 })
    expect(first.out).toContain('Sample: invented material')
    for (const words of [
      'Ines Varga-Holm',
      'Tidewatch',
      'Oskar Lindqvist',
      'Tomas Reke',
      'A lens that guides ships is not a lens that watches people',
    ])
      expect(first.out).toContain(words)
    expect(first.out.split('A lens that guides ships').length).toBe(2)
    const second = await run(['run', '--once', ...paths(folder)])
    expect(second).toMatchObject({ code: 0, out: '' })
    expect(second.err).toContain('nothing new')
  })

  test('leaves its digest to be shown again: as text, as one JSON object and as a whole page', async () => {
    const folder = sampleOnly()
    await run(['run', '--once', ...paths(folder)])
    const shown = (format: string) => run(['digest', '--format', format, ...paths(folder)])
    const { out: text } = await shown('text')
    expect(text).toContain('A lens that guides ships is not a lens that watches people')
    const json = JSON.parse((await shown('json')).out)
    expect(json).toMatchObject({ type: 'digest', sample: true, counts: { statements: expect.any(Number) } })
    const { out: html } = await shown('html')
    expect(html).toMatch(/^<!doctype html>/)
    expect(html).toContain('A lens that guides ships is not a lens that watches people')
    expect(await shown('pdf')).toMatchObject({ code: 2 })
  })

  test('tells of other files in the sample’s place', async () => {
    const folder = sampleOnly()
    const article = `<p>“The bells of Low Fenwick will ring at noon,” Tidewatch said on Monday.</p><p>The clockmaker Agnes Pell said that nobody had asked her.</p>`
    writeFileSync(
      join(folder, 'sample/feed.xml'),
      `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Fenwick Bell</title><link>https://bell.example/</link><description>x</description><item><title>Bells</title><link>https://bell.example/1</link><guid>b1</guid><content:encoded><![CDATA[${article}]]></content:encoded></item></channel></rss>`,
    )
    writeFileSync(join(folder, 'sample/tweets.jsonl'), '')
    const { out, code } = await run(['run', '--once', ...paths(folder)])
    expect(code).toBe(0)
    expect(out).toContain('The bells of Low Fenwick will ring at noon')
    expect(out).toContain('Agnes Pell')
    expect(out).not.toContain('A lens that guides ships')
  })
})

describe('the sample', () => {
  test('asks the network for nothing, even where its articles stand at an address that answers', async () => {
    const folder = sampleOnly()
    let visits = 0
    const server = createServer((_request, response) => {
      visits += 1
      response.end('<p>hello</p>')
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const item = `<item><title>Bells</title><link>http://127.0.0.1:${port}/1</link><guid>b1</guid><description>“The bells ring at noon,” Tidewatch said.</description></item>`
    const feed = `<rss version="2.0"><channel><title>Bell</title><link>https://bell.example/</link><description>x</description><language>en</language>${item}</channel></rss>`
    writeFileSync(join(folder, 'sample/feed.xml'), feed)
    const { out } = await run(['run', '--once', ...paths(folder)], { env: { ALLOW_ADDRESSES: '127.0.0.0/8' } })
    expect(out).toContain('The bells ring at noon')
    expect(visits).toBe(0)
  })
})

describe('run', () => {
  test('without a token shows its digest on a page of this machine', async () => {
    const folder = sampleOnly()
    const port = 20_000 + ((process.pid + 7_919) % 20_000)
    const running = start(['run', ...paths(folder)], { env: { PREVIEW_PORT: String(port) } })
    await running.says('Sample: invented material')
    const page = () => fetch(`http://127.0.0.1:${port}/`).then((response) => response.text(), String)
    await expect.poll(page, { timeout: 30_000 }).toContain('A lens that guides ships')
    running.process.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
  })

  test('shows the sample before it looks for the network, and ends with 0 on SIGTERM', async () => {
    const folder = sampleOnly()
    // 192.0.2.0/24 is reserved for documentation: nothing answers there, not even with a refusal.
    writeFileSync(
      join(folder, 'onrecord.yaml'),
      'sample: sample/onrecord.yaml\nsources: [{ address: "http://192.0.2.1/feed" }]\n',
    )
    const running = start(['run', ...paths(folder)])
    await running.says('Sample: invented material')
    expect(running.err()).not.toContain('192.0.2.1')
    running.process.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
  })

  test('refuses a second copy on the same data folder in one line', async () => {
    const folder = sampleOnly()
    const running = start(['run', ...paths(folder)])
    await running.says('Sample: invented material')
    const second = await run(['run', '--once', ...paths(folder)])
    expect(second.code).toBe(1)
    expect(second.err.trim().split('\n')).toEqual([expect.stringContaining('another Onrecord is running')])
    running.process.kill('SIGINT')
    expect((await running.ended).code).toBe(0)
  })

  test('reads a changed config again, refuses a faulty one with its line, and goes on', async () => {
    const folder = sampleOnly()
    const config = join(folder, 'onrecord.yaml')
    const running = start(['run', ...paths(folder)], { env: { LOG_LEVEL: 'info' } })
    await running.says('Sample: invented material')
    writeFileSync(config, `${readFileSync(config, 'utf8')}entities: [{ name: Low Fenwick, kind: club }]\n`)
    running.process.kill('SIGHUP')
    await running.says(/onrecord\.yaml:2 entities\[0\]\.kind: must be person, organisation or group/)
    await running.says('the old one goes on')
    writeFileSync(config, 'sample: sample/onrecord.yaml\nentities: [{ name: Low Fenwick, kind: group }]\n')
    await running.says('the config was read again')
    running.process.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
  })

  test.each([
    ['a typing error in the YAML', 'sources: [{ adress: x }]\n', /onrecord\.yaml:1 sources\[0\]\.adress: is no key/],
    ['an address of the wrong kind', 'sources: [{ address: "gopher://x" }]\n', /address: must begin with http/],
  ])('says %s in one line and ends with 1', async (_what, yaml, words) => {
    const folder = scratch()
    writeFileSync(join(folder, 'onrecord.yaml'), yaml)
    const { code, err } = await run(['run', '--once', ...paths(folder)])
    expect(code).toBe(1)
    expect(err).toMatch(words)
    expect(err).not.toContain('    at ')
  })

  test('says that a config file is missing', async () => {
    const folder = scratch()
    const { code, err } = await run(['run', '--once', ...paths(folder)])
    expect({ code, lines: err.trim().split('\n').length }).toEqual({ code: 1, lines: 1 })
    expect(err).toContain('there is no such file')
  })

  test('says that a data folder cannot be used', async () => {
    const folder = sampleOnly()
    writeFileSync(join(folder, 'data'), 'a file where a folder should be')
    const { code, err } = await run(['run', '--once', ...paths(folder)])
    expect({ code, lines: err.trim().split('\n').length }).toEqual({ code: 1, lines: 1 })
    expect(err).toContain(join(folder, 'data'))
  })

  test('without a verb shows the verbs and ends with 2', async () => {
    const { code, err } = await run([])
    expect(code).toBe(2)
    for (const verb of ['run', 'ingest', 'extract', 'mentions', 'match', 'lookup', 'digest', 'doctor'])
      expect(err).toContain(`  ${verb}`)
  })

  test('with an option it does not know ends with 2 and names it', async () => {
    const { code, err } = await run(['run', '--twice'])
    expect(code).toBe(2)
    expect(err).toContain('--twice')
  })
})

describe('one failing source', () => {
  test('never stops another', async () => {
    const folder = scratch()
    mkdirSync(join(folder, 'sub'))
    cpSync(join(shipped, 'sample/feed.xml'), join(folder, 'feed.xml'))
    writeFileSync(join(folder, 'sub/broken.xml'), '<rss><channel><item>')
    writeFileSync(
      join(folder, 'onrecord.yaml'),
      'sources: [{ address: sub/broken.xml }, { address: gone.xml }, { address: feed.xml }]\nentities: [{ name: Tidewatch, kind: group }]\nsubscriptions: [{ id: desk, schedule: "0 8 * * *" }]\n',
    )
    const { code, out, err } = await run(['run', '--once', ...paths(folder)])
    expect(code).toBe(0)
    expect(out).toContain('Nobody was asked, and nobody was told')
    expect(err).toContain('gone.xml')
    expect(err).toContain('broken.xml')
  })
})
