import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { run } from '../support/onrecord.ts'
import { scratch } from '../support/scratch.ts'

/** The program itself takes about 65 MB of heap; what is read here is more than is left. */
const HEAP_MB = 110
const POSTS = 4000
const LONG = 'the tide turns and nobody minds '.repeat(400)

test('a process with little memory reads more than fits into it, to its end', async () => {
  const folder = scratch()
  const post = (i: number) => ({
    id_str: String(2028730275483095040n + BigInt(i)),
    created_at: 'Tue Mar 03 07:12:44 +0000 2026',
    text: i % 10 === 0 ? `Lamp ${i} stays lit all night.` : `${i}: ${LONG}`,
    user: i % 10 === 0 ? { id_str: '9', screen_name: 'mirasol' } : { id_str: '8', screen_name: 'passer_by' },
    entities: {},
  })
  writeFileSync(
    join(folder, 'posts.jsonl'),
    Array.from({ length: POSTS }, (_, i) => `${JSON.stringify(post(i))}\n`).join(''),
  )
  writeFileSync(
    join(folder, 'onrecord.yaml'),
    [
      'sources: [{ id: posts, kind: tweets, address: posts.jsonl, every: 1h }]',
      'entities: [{ id: mira-sol, name: Mira Sol, kind: person, handles: [mirasol] }]',
      '',
    ].join('\n'),
  )
  const data = join(folder, 'data')
  const { code, err } = await run(['run', '--once', '--config', join(folder, 'onrecord.yaml'), '--data', data], {
    env: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` },
  })
  expect({ code, fatal: /heap|FATAL/.test(err) }).toEqual({ code: 0, fatal: false })
  await using store = await openStore({ dataFolder: data })
  expect(await store.counts()).toMatchObject({ documents: POSTS, statements: POSTS / 10 })
}, 300_000)
