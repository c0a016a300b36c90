import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { run, start } from '../support/onrecord.ts'
import { scratch } from '../support/scratch.ts'
import { startWayback } from '../support/wayback-server.ts'

const FIRST = 2028730275483095040n
const post = (i: number, more: object = {}) => ({
  created_at: 'Tue Mar 03 07:12:44 +0000 2026',
  id_str: String(FIRST + BigInt(i)),
  full_text: `Word number ${i} from the quay`,
  user: { id_str: '9', screen_name: 'tidewatch_demo', name: 'Tidewatch' },
  lang: 'en',
  ...more,
})
const line = (i: number, more: object = {}) => `${JSON.stringify(post(i, more))}\n`

/** A folder with a config of its own and the arguments that name it. */
function workplace(config: object = {}) {
  const folder = scratch()
  writeFileSync(join(folder, 'onrecord.yaml'), JSON.stringify(config))
  const paths = ['--config', join(folder, 'onrecord.yaml'), '--data', join(folder, 'data')]
  const rows = (sql: string): Record<string, unknown>[] => {
    const file = join(folder, 'data/onrecord.sqlite')
    if (!existsSync(file)) return []
    const db = new DatabaseSync(file, { readOnly: true })
    try {
      return db.prepare(sql).all()
    } catch {
      // The tables are not made yet.
      return []
    } finally {
      db.close()
    }
  }
  return { folder, paths, rows, posts: () => rows("select id from documents where kind = 'post'").length }
}

describe('a collection that is read into the record', () => {
  test.each(['SIGKILL', 'SIGINT'] as const)(
    'goes on where %s stopped it',
    async (signal) => {
      const { folder, paths, posts, rows } = workplace()
      const file = join(folder, 'posts.jsonl.gz')
      const all = 3000
      writeFileSync(file, gzipSync(Array.from({ length: all }, (_, i) => line(i)).join('')))
      let code: number | null = null
      let stops = 0
      for (let round = 0; round < 20 && code !== 0; round += 1) {
        const before = posts()
        const program = start(['ingest', '--store', file, ...paths])
        let over = false
        void program.ended.then(() => {
          over = true
        })
        if (round < 3)
          await vi.waitFor(() => expect(over || posts() > before).toBe(true), { timeout: 60_000, interval: 5 })
        if (round < 3) program.process.kill(signal)
        const ended = await program.ended
        code = ended.code
        if (code !== 0) stops += 1
        if (signal === 'SIGINT' && code !== 0) expect(ended).toMatchObject({ code: 130 })
        if (before > 0) expect(ended.err).toContain(`goes on behind line ${before}\n`)
      }
      expect(stops).toBeGreaterThan(0)
      expect(posts()).toBe(all)
      const seen = rows('select body from documents').map(({ body }) => JSON.parse(String(body)))
      // Read once each: a second reading of a line would have left no second provenance, so the lines are looked at.
      expect(new Set(seen.map(({ provenance }) => provenance[0].locator)).size).toBe(all)
      expect(rows('select id from readings')).toEqual([])
    },
    120_000,
  )

  test('hides a deleted post, whether its deletion is read before or after it', async () => {
    const { folder, paths, rows } = workplace({
      entities: [{ name: 'Tidewatch', kind: 'group', handles: ['tidewatch_demo'] }],
    })
    const gone = (i: number) =>
      `${JSON.stringify({ delete: { status: { id_str: post(i).id_str, user_id_str: '9' } } })}\n`
    const file = join(folder, 'stream.jsonl')
    writeFileSync(file, gone(1) + line(1) + line(2) + line(3) + gone(3))
    expect(await run(['ingest', '--store', file, ...paths])).toMatchObject({ code: 0 })
    const deleted = (): Record<string, unknown> =>
      Object.fromEntries(
        rows('select body from documents order by id').map(({ body }) => {
          const { id, post } = JSON.parse(String(body))
          return [Number(BigInt(id.slice(8)) - FIRST), post.deleted]
        }),
      )
    expect(deleted()).toEqual({ 1: true, 2: null, 3: true })
    const said = () => rows('select content from statements').map(({ content }) => content)
    expect(said()).toEqual(['Word number 2 from the quay'])
    // A post that is on record and has been told loses its words when word of its deletion comes.
    writeFileSync(join(folder, 'later.jsonl'), gone(2))
    await run(['ingest', '--store', join(folder, 'later.jsonl'), ...paths])
    expect(deleted()).toEqual({ 1: true, 2: true, 3: true })
    expect(said()).toEqual([])
    const { out } = await run(['lookup', 'Word number 2 from the quay', ...paths])
    expect(out).not.toContain('tidewatch')
  })
})

describe('an account in the Wayback Machine', () => {
  test('is read to its end though killed again and again: nothing lost, nothing that was answered asked for twice', async () => {
    await using server = await startWayback('127.0.0.10')
    const { paths, rows } = workplace({ wayback: { indexGapSeconds: 0.03, captureGapSeconds: 0.03, pageRows: 4 } })
    server.hold(
      ...Array.from({ length: 11 }, (_, i) => ({
        original: `https://twitter.com/tidewatch_demo/status/${post(i).id_str}`,
        timestamp: `202603031000${String(i).padStart(2, '0')}`,
        mimetype: 'application/json',
        body: JSON.stringify(post(i)),
      })),
    )
    const env = { WAYBACK_URL: server.url, ALLOW_ADDRESSES: '127.0.0.0/8' }
    const unanswered: string[] = []
    let code: number | null = null
    // Killed while a question is open: in the index and at captures, early and late.
    for (const [kind, after] of [
      ['cdx', 0],
      ['replay', 0],
      ['replay', 2],
      ['cdx', 0],
      ['replay', 3],
      ['cdx', 1],
      ['cdx', 0],
    ] as const) {
      const program = start(['ingest', '--store', 'wayback:twitter.com/tidewatch_demo', ...paths], { env })
      const pass = Array.from({ length: after }, () => undefined)
      server.troubles[kind] = [
        ...pass,
        (request: { url?: string }) => {
          unanswered.push(request.url ?? '')
          program.process.kill('SIGKILL')
        },
      ] as never
      code = (await program.ended).code
      expect(code).toBeNull()
    }
    server.troubles.cdx = []
    server.troubles.replay = []
    const last = await run(['ingest', '--store', 'wayback:twitter.com/tidewatch_demo', ...paths], { env })
    expect(last).toMatchObject({ code: expect.any(Number) })
    expect(last.err).toContain('11 captures listed, 11 posts read, 0 without text, 0 blocked, 0 failed')
    const kept = rows('select body from documents').map(({ body }) => JSON.parse(String(body)).id as string)
    expect(kept.sort()).toEqual(Array.from({ length: 11 }, (_, i) => `twitter:${post(i).id_str}`).sort())
    const answered = server.arrivals.map(({ path }) => path)
    for (const path of unanswered) answered.splice(answered.indexOf(path), 1)
    expect(new Set(answered).size).toBe(answered.length)
    expect(server.busiest()).toBe(1)
  }, 120_000)
})
