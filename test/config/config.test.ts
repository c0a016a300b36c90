import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { ConfigError } from '../../src/errors.ts'
import { scratch } from '../support/scratch.ts'

const written = (files: Record<string, string>) => {
  const folder = scratch()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return join(folder, 'onrecord.yaml')
}
const faultsOf = (files: Record<string, string>, env: Record<string, string> = {}) => {
  try {
    readConfig(env, { config: written(files) })
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).faults.map((fault) => fault.replace(/^.*onrecord-\w+\//, ''))
  }
}

describe('the config that is shipped', () => {
  const config = readConfig({}, { config: resolve(import.meta.dirname, '../../config/onrecord.yaml') })

  test('watches the story: four entities, six outlets or more, two archives that are off, ten claims or more', () => {
    expect(config.entities.map(({ name }) => name)).toEqual(['Anonymous', 'GhostSec', 'Cloudflare', 'Matthew Prince'])
    expect(
      new Set(config.sources.filter(({ enabled }) => enabled).map(({ publisher }) => publisher)).size,
    ).toBeGreaterThanOrEqual(6)
    expect(config.sources.filter(({ kind }) => kind === 'wayback').map(({ enabled }) => enabled)).toEqual([
      false,
      false,
    ])
    expect(config.claims.length).toBeGreaterThanOrEqual(10)
  })

  test('has a sample whose sources are all marked', () => {
    expect(config.sample?.sources.map(({ sample }) => sample)).toEqual([true, true])
  })
})

describe('a fault', () => {
  test('is named with file, line and key', () => {
    expect(faultsOf({ 'onrecord.yaml': 'sources:\n  - address: feed.xml\n    every: soon\n' })).toEqual([
      'onrecord.yaml:3 sources[0].every: must be a time such as 90s, 15m, 2h or 1d',
    ])
  })

  test('does not hide the others', () => {
    const faults = faultsOf({
      'onrecord.yaml':
        'sorces: []\nentities:\n  - { name: X, kind: club }\nsubscriptions:\n  - { id: desk, schedule: "61 * * * *" }\n',
    })
    expect(faults.join('\n')).toMatch(/:1 sorces: is no key/)
    expect(faults.join('\n')).toMatch(/:3 entities\[0\]\.kind: must be person, organisation or group/)
  })

  test('of YAML itself is named with line and column', () => {
    expect(faultsOf({ 'onrecord.yaml': 'sources:\n  - { id: a\nentities: []\n' })[0]).toMatch(
      /^onrecord\.yaml:\d+:\d+ /,
    )
  })

  test.each([
    ['an alias without its anchor', 'sources: *nowhere\n'],
    [
      'aliases that would fill the memory',
      `a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nsources: [*c, *c, *c, *c, *c, *c, *c, *c]\n`,
    ],
  ])('of %s is one line', (_what, text) => {
    expect(faultsOf({ 'onrecord.yaml': text })).toEqual([expect.stringMatching(/alias/i)])
  })

  test('in the claims file names that file', () => {
    const faults = faultsOf({ 'onrecord.yaml': 'claims: claims.yaml\n', 'claims.yaml': 'claims:\n  - id: a\n' })
    expect(faults).toEqual(['claims.yaml:2 claims[0].text: must be text'])
  })

  test.each([
    [
      'a schedule',
      'subscriptions: [{ id: a, schedule: "61 * * * *" }]',
      /schedule: “61 \* \* \* \*” is no cron expression/,
    ],
    [
      'a time zone',
      'subscriptions: [{ id: a, schedule: "0 8 * * *", timeZone: Berlin }]',
      /timeZone: “Berlin” is no time zone/,
    ],
    [
      'an id that is taken',
      'sources: [{ id: a, address: x.xml }, { id: a, address: y.xml }]',
      /“a” is taken by sources\[0\]/,
    ],
    [
      'a relation to nobody',
      'entities: [{ name: A, kind: person, relations: [{ type: spokesperson, of: b }] }]',
      /no entity with the id “b”/,
    ],
    ['an address of another scheme', 'sources: [{ address: "ftp://x.example/feed" }]', /must begin with http/],
    ['a file that is not there', 'claims: nowhere.yaml', /nowhere\.yaml: there is no such file/],
  ])('about %s says what to do', (_about, yaml, words) => {
    expect(faultsOf({ 'onrecord.yaml': yaml }).join('\n')).toMatch(words)
  })

  test('of a config that is missing is one line', () => {
    expect(() => readConfig({}, { config: '/nowhere/onrecord.yaml' })).toThrow(
      '/nowhere/onrecord.yaml: there is no such file',
    )
  })
})

describe('the environment', () => {
  const ok = { 'onrecord.yaml': 'sources: []\n' }

  test('is refused without its values being shown', () => {
    const env = {
      DISCORD_TOKEN: 'tooshort',
      DATABASE_URL: 'mysql://user:hunter2@db/x',
      PREVIEW_PORT: '99999',
      LOG_LEVEL: 'loud',
    }
    const text = faultsOf(ok, env).join('\n')
    for (const name of Object.keys(env)) expect(text).toContain(name)
    for (const secret of ['tooshort', 'hunter2']) expect(text).not.toContain(secret)
  })

  test('left empty counts as left out', () => {
    const config = readConfig({ DISCORD_TOKEN: '', DATABASE_URL: '', PREVIEW_PORT: '' }, { config: written(ok) })
    expect(config).toMatchObject({ discord: null, store: { kind: 'sqlite' }, previewPort: 8787, metricsPort: 9464 })
  })

  test('gives way to the command line', () => {
    const config = readConfig(
      { ONRECORD_CONFIG: '/nowhere.yaml', ONRECORD_DATA: '/a' },
      { config: written(ok), data: '/b' },
    )
    expect(config.dataFolder).toBe('/b')
  })
})

describe('an address', () => {
  test('that is a path is read from the folder of the config', () => {
    const path = written({
      'onrecord.yaml': 'sources: [{ address: feed.xml }, { address: posts.jsonl.gz }]\n',
      'feed.xml': '<rss/>',
    })
    const { sources } = readConfig({}, { config: path })
    expect(sources[0]).toMatchObject({ address: join(path, '..', 'feed.xml'), kind: 'file' })
    expect(sources[1]).toMatchObject({ kind: 'tweets' })
  })

  test('without a kind is a feed on the web and an archive with wayback:', () => {
    const yaml = 'sources: [{ address: "https://a.example/feed" }, { address: "wayback:twitter.com/NAME" }]\n'
    const { sources } = readConfig({}, { config: written({ 'onrecord.yaml': yaml }) })
    expect(sources.map(({ kind }) => kind)).toEqual(['feed', 'wayback'])
  })
})
