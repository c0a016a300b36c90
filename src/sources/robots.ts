import { SourceError } from '../errors.ts'
import type { Net } from './net.ts'

type Rule = { allow: boolean; pattern: string }
export type Robots = { rules: Rule[] }

/** The name by which robots.txt may speak to us. */
const NAME = 'onrecord'
const MAX_BYTES = 512_000
const KEPT_MS = 86_400_000

/** The rules of robots.txt that hold for us: those for our name, else those for everybody (RFC 9309 §2.2). */
export function readRobots(text: string): Robots {
  const groups: { names: string[]; rules: Rule[] }[] = []
  let open = false
  for (const line of text.slice(0, MAX_BYTES).split(/\r\n?|\n/)) {
    const [, key = '', value = ''] = /^\s*([\w-]+)\s*:\s*([^#]*)/.exec(line) ?? []
    const field = key.toLowerCase()
    if (field === 'user-agent') {
      if (!open) groups.push({ names: [], rules: [] })
      groups.at(-1)!.names.push(value.trim().toLowerCase())
      open = true
    } else if (field === 'allow' || field === 'disallow') {
      open = false
      const pattern = value.trim()
      if (pattern !== '') groups.at(-1)?.rules.push({ allow: field === 'allow', pattern })
    }
  }
  const named = groups.filter(({ names }) =>
    names.some((name) => name !== '*' && NAME.startsWith(name.split('/')[0]!) && name.length > 2),
  )
  return {
    rules: (named.length > 0 ? named : groups.filter(({ names }) => names.includes('*'))).flatMap(({ rules }) => rules),
  }
}

/** Whether an address may be read: the longest rule that fits decides, and allows where two are as long. */
export function mayRead({ rules }: Robots, address: string): boolean {
  const url = URL.parse(address)
  if (!url || url.pathname === '/robots.txt') return true
  const path = url.pathname + url.search
  let best: Rule | null = null
  for (const rule of rules)
    if (
      fits(rule.pattern, path) &&
      (!best ||
        rule.pattern.length > best.pattern.length ||
        (rule.pattern.length === best.pattern.length && rule.allow))
    )
      best = rule
  return best?.allow ?? true
}

/** `*` is anything, a final `$` the end. Each piece is searched once from left to right: no backtracking. */
function fits(pattern: string, path: string): boolean {
  const anchored = pattern.endsWith('$')
  const pieces = (anchored ? pattern.slice(0, -1) : pattern).split('*')
  const [first = '', ...rest] = pieces
  if (!path.startsWith(first)) return false
  let at = first.length
  for (const [i, piece] of rest.entries()) {
    const last = i === rest.length - 1
    const found = anchored && last ? path.length - piece.length : path.indexOf(piece, at)
    if (found < at || (anchored && last && !path.endsWith(piece))) return false
    at = found + piece.length
  }
  return !anchored || at === path.length || (rest.length > 0 && rest.at(-1) === '')
}

/** Tells whether a page may be read. */
export type RobotsCheck = {
  /** @throws {SourceError} refused, where the site does not want this address read; unreachable, where it cannot be asked */
  check(address: string): Promise<void>
}

const ofNet = new WeakMap<Net, RobotsCheck>()

/** What is known of robots.txt through one door: shared by all who read pages through it. */
export function robotsOf(net: Net): RobotsCheck {
  const known = ofNet.get(net) ?? createRobots(net)
  ofNet.set(net, known)
  return known
}

/** Asks each site's robots.txt once a day. A site without one allows all; one that fails is left alone for an hour. */
export function createRobots(net: Net, clock: () => number = Date.now): RobotsCheck {
  const known = new Map<string, { until: number; robots: Promise<Robots> }>()
  async function fetchRobots(origin: string): Promise<Robots> {
    const response = await net.get(`${origin}/robots.txt`, { accept: 'text/plain' }, { maxBytes: MAX_BYTES })
    if (response.status >= 500 || response.status === 429)
      throw new SourceError(
        'unreachable',
        origin,
        `its robots.txt answers ${response.status}, so its pages are left alone for now`,
      )
    return response.status === 200 ? readRobots((await response.bytes()).toString('utf8')) : { rules: [] }
  }
  return {
    async check(address) {
      const { origin } = new URL(address)
      const now = clock()
      for (const [site, { until }] of known) if (until <= now) known.delete(site)
      const entry = known.get(origin) ?? { until: now + KEPT_MS, robots: fetchRobots(origin) }
      known.set(origin, entry)
      entry.robots.catch(() => {
        entry.until = now + 3_600_000
      })
      if (!mayRead(await entry.robots, address))
        throw new SourceError(
          'refused',
          address,
          'the site’s robots.txt asks that this page is not read; the feed’s own text is kept',
        )
    },
  }
}
