import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { watchRound } from '../../src/jobs/watch.ts'
import { openPosting, type Posting } from '../support/outlet.ts'

let scene: Posting
let said: string[]
beforeEach(async () => {
  scene = await openPosting()
  said = []
  const out = { write: (line: string) => void said.push((JSON.parse(line) as { msg: string }).msg) }
  scene.kit.log = pino({ level: 'error' }, out)
  await scene.say('aa1', 'the lamps stay on')
})
afterEach(async () => {
  const { faults } = scene.server
  await scene[Symbol.asyncDispose]()
  expect(faults).toEqual([])
})

const lost = () => scene.server.until(() => scene.kit.trouble, 'the loss')
const alarms = async () => {
  const { kit } = scene
  await watchRound(kit, { freeBytes: null, tell: async () => {} })
  return (await kit.store.watch.alarms()).map(({ words }) => words)
}

describe('an hour without Discord', () => {
  test.each([
    ['that drops every line', { reset: true }],
    ['that is busy with itself', { status: 503 }],
  ] as const)(
    '%s: then what was tried first, all the rest as one digest, and nothing twice',
    async (_what, trouble) => {
      const { id, timeZone } = await scene.subscription()
      const nextDigestAt = '2026-03-02T13:00:00.000Z'
      await scene.kit.store.subscriptions.reschedule(id, { schedule: '*/10 * * * *', timeZone, nextDigestAt })
      scene.server.troubles.weather = () => trouble
      for (let minute = 0; minute < 60; minute += 10) {
        await scene.say(`b${minute}`, `lamp number ${minute} stays on`)
        expect(await scene.tick(new Date(Date.parse(nextDigestAt) + minute * 60_000 + 5000).toISOString())).toBe(0)
      }
      scene.server.troubles.weather = undefined
      scene.server.place.forgetNonces()
      for (const minute of [10, 20, 30]) await scene.tick(`2026-03-02T14:${minute}:05.000Z`)
      expect(scene.inChannel()).toHaveLength(2)
      const posted = JSON.stringify(scene.inChannel())
      for (let minute = 0; minute < 60; minute += 10)
        expect(posted.split(`lamp number ${minute} stays on`)).toHaveLength(2)
      expect((await scene.subscription()).pausedBecause).toBeNull()
    },
    90_000,
  )
})

describe('a token that is revoked while the program runs', () => {
  beforeEach(() => {
    scene.server.revoked = true
  })

  test('is told in one line, stands among the alarms, and its digests wait', async () => {
    scene.server.gateway.refuse()
    await lost()
    expect(await scene.tick('2026-03-02T13:00:05.000Z')).toBe(0)
    expect(await scene.tick('2026-03-03T13:00:05.000Z')).toBe(0)
    expect(said).toEqual([expect.stringContaining('DISCORD_TOKEN')])
    expect(await alarms()).toContainEqual(expect.stringContaining('DISCORD_TOKEN'))
    expect((await scene.subscription()).pausedBecause).toBeNull()
    expect(scene.inChannel()).toEqual([])
  })

  test('where only a request tells so, is told in one line, too', async () => {
    expect(await scene.tick('2026-03-02T13:00:05.000Z')).toBe(0)
    await lost()
    expect(await scene.tick('2026-03-02T13:10:05.000Z')).toBe(0)
    expect(said).toEqual([expect.stringContaining('DISCORD_TOKEN')])
    expect((await scene.subscription()).pausedBecause).toBeNull()
  })

  test('loses nothing: with a good one all that was owed is posted, once, and the alarm is over', async () => {
    await scene.tick('2026-03-02T13:00:05.000Z')
    await lost()
    await scene.say('aa2', 'the lamps went out')
    await scene.tick('2026-03-03T13:00:05.000Z')
    scene.server.revoked = false
    await scene.restart()
    await scene.tick('2026-03-03T14:00:05.000Z')
    await scene.tick('2026-03-03T15:00:05.000Z')
    const posted = JSON.stringify(scene.inChannel())
    for (const words of ['the lamps stay on', 'the lamps went out']) expect(posted.split(words)).toHaveLength(2)
    expect(await alarms()).toEqual([])
  })
})
