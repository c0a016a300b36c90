import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const src = resolve(import.meta.dirname, '../src')
const ROOMS = ['documents', 'mentions', 'statements', 'claims', 'digests', 'pictures']
const EDGES = ['sources', 'discord', 'preview', 'store']
const DOORS = ['commands', 'cli', 'main.ts', 'together.ts', 'outlets.ts', 'launch.js']
const GROUND = ['model.ts', 'errors.ts', 'messages', 'config.ts', 'config', 'log.ts']
/** What a room may not reach: network, disk, processes, clock and environment. */
const OUTSIDE =
  /^(node:(fs|net|http|https|tls|dns|dgram|child_process|cluster|worker_threads|os|sqlite|process)|undici|discord\.js|kysely|pg)/
const IMPURE = /\b(process\.(env|cwd|argv)|Date\.now\(\)|new Date\(\)|performance\.now|Math\.random)/

type Import = { file: string; room: string; target: string; ours: boolean }
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|js)$/.test(file))
const text = (file: string) => readFileSync(join(src, file), 'utf8')
const roomOf = (file: string) => file.split('/')[0]!

/** Every import of a file, types too: a type pulls a room's meaning along. */
function importsOf(file: string): Import[] {
  const found = text(file).matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"\n]*?(?:\n[^'"]*?)?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g,
  )
  return Array.from(found, (match) => {
    const name = match[1] ?? match[2]!
    const target = name.startsWith('.') ? relative(src, resolve(src, file, '..', name)) : name
    return { file, room: roomOf(file), target, ours: name.startsWith('.') }
  })
}
const own = files.flatMap(importsOf).filter(({ ours, target }) => ours && !target.startsWith('..'))
const all = files.flatMap(importsOf)

describe('imports', () => {
  test('are found, so that the rules below have something to hold', () => {
    expect(own.length).toBeGreaterThan(30)
  })

  test('of a room point upstream only', () => {
    const wrong = own.filter(({ room, target }) => {
      if (!ROOMS.includes(room) || roomOf(target) === room || GROUND.slice(0, 3).includes(roomOf(target))) return false
      return !ROOMS.slice(0, ROOMS.indexOf(room)).includes(roomOf(target))
    })
    expect(wrong).toEqual([])
  })

  test('of an edge reach neither a room nor another edge', () => {
    const wrong = own.filter(
      ({ room, target }) => EDGES.includes(room) && roomOf(target) !== room && !GROUND.includes(roomOf(target)),
    )
    expect(wrong).toEqual([])
  })

  test('of the ground reach only the ground', () => {
    expect(own.filter(({ room, target }) => GROUND.includes(room) && !GROUND.includes(roomOf(target)))).toEqual([])
  })

  test('never open a door from the inside', () => {
    expect(own.filter(({ room, target }) => !DOORS.includes(room) && DOORS.includes(roomOf(target)))).toEqual([])
  })
})

describe('a room', () => {
  test.each(ROOMS)('%s touches no network, disk, clock or environment', (room) => {
    const reached = all.filter((one) => one.room === room && OUTSIDE.test(one.target))
    const impure = files.filter((file) => roomOf(file) === room && IMPURE.test(text(file)))
    expect({ reached, impure }).toEqual({ reached: [], impure: [] })
  })
})

describe('the environment', () => {
  test('is read in config.ts alone; launch.js tells Node there where to keep what it compiled', () => {
    expect(files.filter((file) => /process\.env\b/.test(text(file)))).toEqual(['config.ts', 'launch.js'])
    expect(text('launch.js').match(/process\.env\S*/g)).toEqual(['process.env.NODE_COMPILE_CACHE'])
  })
})

/** The second only hands discord.js its connections. */
const CONNECTING = ['sources/net.ts', 'discord/open-rest.ts']

describe('the door to the outside', () => {
  test('is sources/net.ts alone: nothing else fetches', () => {
    const fetching = files.filter((file) => roomOf(file) !== 'discord' && /(^|[^.\w])fetch\(/m.test(text(file)))
    const undici = all
      .filter(({ target, file }) => target === 'undici' && !CONNECTING.includes(file))
      .map(({ file }) => file)
    expect({ fetching, undici }).toEqual({ fetching: [], undici: [] })
  })
})
