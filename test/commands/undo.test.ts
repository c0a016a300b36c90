import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { IDS } from '../support/discord-channels.ts'
import { Person } from '../support/discord-person.ts'
import { type Furnished, openFurnished } from '../support/furnished.ts'

let furnished: Furnished
beforeEach(async () => {
  furnished = await openFurnished()
})
afterEach(async () => {
  const { faults } = furnished.scene.server
  await furnished[Symbol.asyncDispose]()
  expect(faults).toEqual([])
})

type Own = Awaited<ReturnType<Furnished['own']>>
/** How each thing is taken away. What a server keeps of it must be there again afterwards. */
const REMOVALS: Record<string, (own: Own) => Record<string, string | number | boolean>> = {
  unsubscribe: () => ({}),
  'subscriptions remove': () => ({}),
  'watch remove': ({ term }) => ({ term }),
  'entity remove': ({ entity }) => ({ name: entity }),
  'entity alias': ({ entity }) => ({ name: entity, remove: 'The Quill' }),
  'entity edit': ({ entity }) => ({ name: entity, clear: 'near' }),
  'source remove': ({ source }) => ({ source }),
  'claim retire': ({ claim }) => ({ claim }),
  'claim threshold': () => ({ value: 0.9 }),
}

describe('a removal', () => {
  test('is any of the verbs that take something away', () => {
    const verbs = furnished
      .leaves()
      .filter(
        ({ path, options }) => /remove|retire|unsubscribe/.test(path) || options.some(({ name }) => name === 'remove'),
      )
      .map(({ path }) => path)
    expect(verbs.filter((path) => !REMOVALS[path])).toEqual([])
  })

  test.each(Object.keys(REMOVALS))(
    '/%s is undone within a day, by curators of that server alone: all is as it was',
    async (path) => {
      const { scene, curator, own, everythingOf } = furnished
      const { entity } = await own()
      await curator.slash('entity alias', { name: entity, add: 'The Quill' })
      await curator.slash('subscriptions pause')
      const kept = async () => ({ ...(await everythingOf(IDS.guild)), changes: [] })
      const before = await kept()
      const reply = await curator.slash(path, REMOVALS[path]!(await own()))
      expect(await kept()).not.toEqual(before)
      const undo = reply.custom(/Undo/)
      const reader = new Person(scene.server, { permissions: 0n })
      expect((await reader.press(undo)).text).toContain('needs Manage Server')
      const stranger = new Person(scene.server, { guild: IDS.otherGuild, channel: IDS.otherChannel })
      expect((await stranger.press(undo)).text).toContain('nothing to undo')
      expect(await kept()).not.toEqual(before)
      scene.clock.now = '2026-03-03T11:59:00.000Z'
      expect((await curator.press(undo)).text).toContain('Undone')
      expect(await kept()).toEqual(before)
    },
  )

  test.each(Object.keys(REMOVALS))('/%s is undone no more after a day', async (path) => {
    const { scene, curator, own, everythingOf } = furnished
    const { entity } = await own()
    await curator.slash('entity alias', { name: entity, add: 'The Quill' })
    const reply = await curator.slash(path, REMOVALS[path]!(await own()))
    const after = await everythingOf(IDS.guild)
    scene.clock.now = '2026-03-03T12:00:01.000Z'
    expect((await curator.press(reply.custom(/Undo/))).text).toContain('older')
    expect(await everythingOf(IDS.guild)).toEqual(after)
  })
})
