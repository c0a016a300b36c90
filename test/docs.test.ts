import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ingest } from '../src/cli/ingest.ts'
import { startServer } from './support/http-server.ts'
import { scratch } from './support/scratch.ts'

const root = resolve(import.meta.dirname, '..')
const read = (page: string) => readFileSync(join(root, page), 'utf8')

describe.each(['docs/security.md', 'docs/reliability.md'].filter((page) => existsSync(join(root, page))))(
  '%s',
  (page) => {
    test('names only tests that there are', () => {
      const named = Array.from(read(page).matchAll(/`([\w./-]+\.test\.ts)`/g), ([, path]) => path!)
      expect(named.length).toBeGreaterThan(5)
      const places = (path: string) => [join(root, 'test', path), join(root, path)]
      expect(named.filter((path) => !places(path).some((place) => existsSync(place)))).toEqual([])
    })
  },
)

describe('docs/archives.md', () => {
  afterEach(() => vi.unstubAllEnvs())
  const examples = [...read('docs/archives.md').matchAll(/npm run -s onrecord -- ([^`\n]+)/g)].map(([, words]) =>
    words!.trim().replaceAll("'", '').split(/\s+/),
  )
  test('shows an example for each kind of archive', () => expect(examples.length).toBeGreaterThan(15))

  test.each(examples)('%s … is a command that is understood', async (verb, ...args) => {
    expect(verb).toBe('ingest')
    await using archive = await startServer('127.0.0.23')
    archive.on('*', { body: '[]' })
    vi.stubEnv('WAYBACK_URL', archive.url)
    vi.stubEnv('ALLOW_ADDRESSES', '127.0.0.0/8')
    const folder = scratch()
    const named = args.map((arg) => (/^[\w.-]+\.\w+$/.test(arg) ? join(folder, arg) : arg))
    const problems: string[] = []
    const sink = { document: () => {}, problem: ({ reason }: { reason: string }) => void problems.push(reason) }
    const io = { out: (line: string) => void problems.push(line), err: () => {}, progress: false }
    // Without its files each is asked for all that it names, and finds nothing.
    expect(await ingest(named, io, async () => sink)).toBe(1)
    const { positionals } = parseArgs({
      args,
      strict: false,
      options: { from: { type: 'string' }, to: { type: 'string' } },
    })
    expect(problems).toHaveLength(positionals.length)
    for (const problem of problems) expect(problem).toMatch(/no such file|holds no captures/)
  })
})
