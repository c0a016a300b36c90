import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { verb as extract } from '../../src/cli/extract.ts'
import { verb as mentions } from '../../src/cli/mentions.ts'
import type { Verb } from '../../src/cli/verb.ts'
import { scratch } from '../support/scratch.ts'

type Line = { type: string; [key: string]: unknown }

async function running(verb: Verb, ...args: string[]) {
  const out: string[] = []
  const err: string[] = []
  const code = await verb.run(args, { out: (line) => out.push(line), err: (line) => err.push(line), progress: false })
  return { code, lines: out.map((line) => JSON.parse(line) as Line), err }
}
function file(name: string, text: string): string {
  const path = join(scratch(), name)
  writeFileSync(path, text)
  return path
}
const watching = () =>
  file(
    'onrecord.yaml',
    'sources: []\nentities:\n  - id: quayside\n    name: Quayside\n    kind: organisation\n    aliases: [Quayside Harbour]\n    handles: [QuaysideHQ]\n',
  )
const LAMPS =
  'The harbour was dark on Monday.\n\n“We never meant to put out all of the lamps on the pier,” Quayside said. Mira Sol said that 34 lamps were broken.\n'
const SAME =
  'Another paper.\n\nIn a note Quayside wrote: "We never meant to put out all of the lamps on the pier." Mira Sol said 37 lamps were broken.\n'

describe('extract', () => {
  test('prints each statement of a text file with the words at its offsets', async () => {
    const { code, lines } = await running(extract, '--config', watching(), file('lamps.txt', LAMPS))
    expect(code).toBe(0)
    expect(lines).toMatchObject([
      {
        type: 'statement',
        documentId: 'lamps.txt',
        speaker: { name: 'Quayside', entityId: 'quayside', mention: { text: 'Quayside' } },
        cue: { text: 'said' },
        directness: 'direct',
      },
      { speaker: { name: 'Mira Sol', entityId: null }, directness: 'indirect', figures: [{ value: 34 }] },
    ])
    for (const { content, start, end } of lines) expect(LAMPS.slice(start as number, end as number)).toBe(content)
  })

  test('prints what two documents share, in whatever order they are given', async () => {
    const [one, other] = [file('one.txt', LAMPS), file('other.txt', SAME)]
    const config = watching()
    const shared = async (...files: string[]) =>
      (await running(extract, '--clusters', '--config', config, ...files)).lines.filter(
        ({ type }) => type !== 'statement',
      )
    const found = await shared(one, other)
    expect(found).toMatchObject([
      { type: 'cluster', kind: 'same-quote' },
      { type: 'figure-discrepancy', members: [{ value: 34 }, { value: 37 }] },
    ])
    expect(await shared(other, one)).toEqual(found)
  })

  test('says which rules fired', async () => {
    const { lines } = await running(extract, '--explain', '--config', watching(), file('lamps.txt', LAMPS))
    const [statement, explanation] = lines
    expect(explanation).toMatchObject({ type: 'explanation', statementId: statement?.id })
    expect(explanation?.steps).toContainEqual(expect.stringMatching(/speaker/))
  })

  test('points at a bad line and goes on', async () => {
    const documents = file(
      'documents.jsonl',
      `not json\n{"type":"document","id":"a"}\n${JSON.stringify({ type: 'document', id: 'b', text: LAMPS })}\n`,
    )
    const { code, lines, err } = await running(extract, '--config', watching(), documents)
    expect(err.map((line) => /documents\.jsonl:(\d+): is no document/.exec(line)?.[1])).toEqual(['1', '2'])
    expect(lines.every(({ documentId }) => documentId === 'b')).toBe(true)
    expect(code).toBe(0)
  })

  test('fails where nothing could be read', async () => {
    const { code, err } = await running(extract, '--config', watching(), 'nowhere.txt')
    expect(err[0]).toMatch(/nowhere\.txt: cannot be read/)
    expect(code).toBe(1)
    await expect(running(extract)).rejects.toThrow('name at least one file')
  })

  test('says that a language is not analysed', async () => {
    const text =
      'Der Sprecher des Hafens sagte am Montag, dass die Lampen an der Mole noch lange brennen werden. „Wir haben das nie so gewollt“, sagte er den Leuten.'
    const { lines, err } = await running(extract, '--config', watching(), file('hafen.txt', text))
    expect(lines).toEqual([])
    expect(err[0]).toMatch(/hafen\.txt: is written in de/)
  })
})

describe('mentions', () => {
  test('prints names and handles with their places', async () => {
    const text = 'On Monday Quayside Harbour closed. Ask @QuaysideHQ why.'
    const { code, lines } = await running(mentions, '--config', watching(), file('note.txt', text))
    expect(lines).toMatchObject([
      { type: 'mention', documentId: 'note.txt', entityId: 'quayside', text: 'Quayside Harbour', kind: 'name' },
      { type: 'mention', text: 'QuaysideHQ', kind: 'handle' },
    ])
    for (const { text: words, start, end } of lines) expect(text.slice(start as number, end as number)).toBe(words)
    expect(code).toBe(0)
  })
})
