import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { verb as claims } from '../../src/cli/claims.ts'
import { verb as match } from '../../src/cli/match.ts'
import type { Verb } from '../../src/cli/verb.ts'
import { scratch } from '../support/scratch.ts'

async function running(verb: Verb, ...args: string[]) {
  const out: string[] = []
  const err: string[] = []
  const code = await verb.run(args, { out: (line) => out.push(line), err: (line) => err.push(line), progress: false })
  return { code, out: out.map((line) => JSON.parse(line)), err }
}
function file(name: string, text: string): string {
  const path = join(scratch(), name)
  writeFileSync(path, text)
  return path
}
const known = () =>
  file(
    'claims.jsonl',
    '{"id":"wolves","text":"Forty wolves were released near Kestrel village.","title":"Wolves at Kestrel"}\n{"id":"lamp","text":"The lamp of Harrow tower never went out."}\n',
  )

describe('match', () => {
  test('gives one line a match, best first, and goes on after a bad line', async () => {
    const queries = file(
      'queries.jsonl',
      '{"id":"q1","text":"Sixty wolves were released near Kestrel village"}\nnonsense\n{"id":"q2","text":"🐺"}\n',
    )
    const { code, out, err } = await running(match, '--claims', known(), '--top', '1', queries)
    expect(out).toMatchObject([
      { type: 'match', queryId: 'q1', claimId: 'wolves', rank: 1, decision: 'match', relation: 'differs-in-figure' },
    ])
    expect(err[0]).toMatch(/queries\.jsonl:2: is no JSON/)
    expect(code).toBe(0)
  })
  test('fails in words on wrong usage', async () => {
    await expect(running(match, 'x.jsonl')).rejects.toThrow('--claims <file> is missing')
    await expect(running(match, '--claims', known(), 'nowhere.jsonl')).rejects.toThrow('there is no such file')
    await expect(running(match, '--claims', known(), '--top', '0', known())).rejects.toThrow('--top')
  })
  test('fails where no line could be read', async () => {
    const { code } = await running(match, '--claims', known(), file('bad.jsonl', 'x\n'))
    expect(code).toBe(1)
  })
})

describe('claims', () => {
  test('are imported twice without doubling, exported, and show their history', async () => {
    const data = scratch()
    const config = file('onrecord.yaml', 'sources: []\n')
    const shared = ['--data', data, '--config', config]
    expect((await running(claims, 'import', known(), ...shared)).out[0]).toMatchObject({ read: 2, added: 2 })
    expect((await running(claims, 'import', known(), ...shared)).out[0]).toMatchObject({ added: 0, same: 2 })
    const path = join(data, 'out.tsv')
    await running(claims, 'export', '--format', 'tsv', '--out', path, ...shared)
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(4)
    expect((await running(claims, 'history', 'wolves', ...shared)).out).toHaveLength(1)
    expect((await running(claims, 'history', 'nobody', ...shared)).code).toBe(1)
  })
})
