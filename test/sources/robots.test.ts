import { describe, expect, test } from 'vitest'
import { createNet } from '../../src/sources/net.ts'
import { createRobots, mayRead, readRobots } from '../../src/sources/robots.ts'
import { startServer } from '../support/http-server.ts'
import { workBegun } from '../support/work.ts'

const may = (text: string, path: string) => mayRead(readRobots(text), `https://a.example${path}`)

describe('robots.txt', () => {
  test.each([
    ['', '/x', true],
    ['User-agent: *\nDisallow: /private', '/private/x', false],
    ['User-agent: *\nDisallow:', '/x', true],
    ['User-agent: *\nDisallow: /\nAllow: /news/', '/news/1', true],
    ['User-agent: *\nDisallow: /\nAllow: /news/', '/other', false],
    ['User-agent: other\nDisallow: /', '/x', true],
    ['User-agent: other\nUser-agent: Onrecord\nDisallow: /x\n\nUser-agent: *\nDisallow: /', '/y', true],
    ['User-agent: onrecord/2.0\nDisallow: /x # not this', '/x', false],
    ['User-agent: *\nDisallow: /*.pdf$', '/a/b.pdf', false],
    ['User-agent: *\nDisallow: /*.pdf$', '/a/b.pdf?x', true],
    ['User-agent: *\nDisallow: /*?print=', '/a?print=1', false],
    ['User-agent: *\nDisallow: /a*b*c$', '/aXbYc', false],
    ['User-agent: *\nDisallow: /page\nAllow: /page', '/page', true],
    ['\ufeffUser-agent: *\r\nCrawl-delay: 5\r\nDisallow: /x', '/x', false],
  ])('%j lets %s be read: %s', (text, path, allowed) => expect(may(text.replace('\ufeff', ''), path)).toBe(allowed))
  test('of hostile patterns costs little', () => {
    const worked = workBegun()
    may(`User-agent: *\nDisallow: /${'*a'.repeat(5000)}$`, `/${'a'.repeat(5000)}b`)
    expect(worked()).toBeLessThan(500)
  })
})

test('a site’s robots.txt is asked for once and obeyed; a site without one allows all', async () => {
  await using server = await startServer('127.0.0.6')
  server.on('/robots.txt', { body: 'User-agent: *\nDisallow: /private' })
  const net = createNet({ allowAddresses: ['127.0.0.0/8'], hostGapMs: 0 })
  const robots = createRobots(net)
  await robots.check(`${server.url}/open`)
  await expect(robots.check(`${server.url}/private/1`)).rejects.toMatchObject({ reason: 'refused' })
  expect(server.arrivals.map(({ path }) => path)).toEqual(['/robots.txt'])
  await using silent = await startServer('127.0.0.7')
  await robots.check(`${silent.url}/x`)
  silent.on('/robots.txt', { status: 503 })
  const later = createRobots(net)
  await expect(later.check(`${silent.url}/x`)).rejects.toMatchObject({ reason: 'unreachable' })
  await net.close()
})
