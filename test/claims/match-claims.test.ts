import { describe, expect, test } from 'vitest'
import { indexFromBytes, indexToBytes } from '../../src/claims/index-file.ts'
import { matchBack } from '../../src/claims/match-back.ts'
import { createMatcher } from '../../src/claims/match-claims.ts'
import type { Encoder } from '../../src/claims/meaning.ts'
import { thresholdEffect } from '../../src/claims/threshold.ts'
import type { Claim } from '../../src/model.ts'
import { generateClaims, wordOf } from '../bench/claims/generate.ts'

const claim = (id: string, text: string, more: Partial<Claim> = {}): Claim => ({
  id,
  text,
  title: null,
  claimant: null,
  date: null,
  paraphrases: [],
  figures: [],
  reviews: [],
  status: 'active',
  owner: 'operator',
  ...more,
})
const known = [
  claim('bridge', 'The Harrow bridge was closed because of cracks in its pillars.'),
  claim('passwords', 'Brightwater stores the passwords of its customers without encrypting them.'),
  claim('wolves', 'Forty wolves were released near Kestrel village in March.', {
    paraphrases: ['The ministry set predators free at Kestrel.'],
  }),
]

describe('the matcher', () => {
  test('finds the claim behind another wording and is sure of it', () => {
    const [first] = createMatcher(known).match({
      id: 'q',
      text: 'Brightwater keeps the passwords of customers and never encrypts them',
    })
    expect(first).toMatchObject({ statementId: 'q', claimId: 'passwords', rank: 1, decision: 'match' })
  })

  test('is not taken in by the names that all claims of one story share', () => {
    const story = [
      claim('shield', 'Brightwater shields the websites of the Kestrel militia against attacks.'),
      claim('money', 'Brightwater earns nothing from websites of the Kestrel militia.'),
      claim('list', 'Most websites on the list are in another language and not of the Kestrel militia.'),
      claim('police', 'The police asked Brightwater to keep the websites of the Kestrel militia.'),
      claim('forty', 'Forty websites of the Kestrel militia are protected by Brightwater.'),
    ]
    const told = (text: string) =>
      createMatcher(story)
        .match({ id: 'q', text })
        .flatMap(({ claimId, decision }) => (decision === 'match' ? claimId : []))
    expect(told('We earn nothing from such websites, Brightwater says of the Kestrel militia')).toEqual(['money'])
    expect(told('Two ministers are customers of Brightwater')).toEqual([])
    expect(told('Websites of the Kestrel militia broke the terms of another host, which took them down')).toEqual([])
  })

  test('finds a claim by its paraphrase alone', () => {
    const [first] = createMatcher(known).match('Who set the predators free at Kestrel? The ministry.')
    expect(first?.claimId).toBe('wolves')
  })

  test('does not take a text that shares a few common words for a match', () => {
    for (const found of createMatcher(known).match('The village fair was closed in March because of rain'))
      expect(found.decision).not.toBe('match')
  })

  test('says which figure differs, and how', () => {
    const [first] = createMatcher(known).match('Sixty wolves were released near Kestrel village in March.')
    expect(first).toMatchObject({ claimId: 'wolves', relation: 'differs-in-figure' })
    expect(first?.evidence.figures).toEqual([{ claim: 'Forty', statement: 'Sixty' }])
  })

  test('forgets a removed claim and replaces an edited one', () => {
    const matcher = createMatcher(known)
    matcher.remove('bridge')
    expect(matcher.match('cracks in the pillars of Harrow bridge').some(({ claimId }) => claimId === 'bridge')).toBe(
      false,
    )
    matcher.add(claim('wolves', 'The opera house burnt down.'))
    expect(matcher.match('the opera house burnt down')[0]?.claimId).toBe('wolves')
    expect(matcher.size()).toBe(2)
  })

  test('shows a guild its own claims and the operator’s, never another guild’s', () => {
    const matcher = createMatcher([
      ...known,
      claim('secret', 'Brightwater stores passwords on paper.', { owner: 'guild-1' }),
    ])
    const seenBy = (owner: string) =>
      matcher.match('Brightwater stores passwords on paper', { owner }).map(({ claimId }) => claimId)
    expect(seenBy('guild-1')).toContain('secret')
    expect(seenBy('guild-2')).not.toContain('secret')
    expect(seenBy('guild-2')).toContain('passwords')
  })

  test('answers the same from an index that was kept, and takes new claims', () => {
    const first = createMatcher(known)
    first.remove('bridge')
    const kept = indexFromBytes(indexToBytes(first.keep('f')))
    const again = createMatcher(known.slice(1), { kept })
    for (const text of ['wolves at Kestrel village', 'passwords of Brightwater', 'a bridge'])
      expect(again.match(text)).toEqual(first.match(text))
    again.add(claim('opera', 'The opera house burnt down.'))
    expect(again.match('the opera house burnt down')[0]?.claimId).toBe('opera')
    expect(again.size()).toBe(3)
  })

  test('decides by the threshold it is given', () => {
    const matcher = createMatcher(known)
    const text = 'Brightwater stores the passwords of its customers without encrypting them.'
    expect(matcher.match(text, { threshold: 1.01 })[0]?.decision).not.toBe('match')
    expect(matcher.match(text, { threshold: 0.01 })[0]?.decision).toBe('match')
  })

  test.each([
    ['a megabyte', 'the wolves of Kestrel were seen again. '.repeat(27_000)],
    ['one word a hundred thousand times', 'wolves '.repeat(100_000)],
    ['no space in a megabyte', 'w'.repeat(1_000_000)],
    ['a stop word', 'the'],
    ['nothing', ''],
    ['emoji', '🐺🐺 🌉'],
    ['half a surrogate pair', '\ud83d wolves'],
    ['another script', '狼が三月に放された'],
    ['control characters', '\u0000\u0001wolves\u0002'],
  ])('answers %s', (_, text) => {
    const found = createMatcher(known).match(text)
    for (const { score } of found) expect(score >= 0 && score <= 1).toBe(true)
  })

  test('answers nothing where it knows nothing', () => expect(createMatcher().match('anything at all')).toEqual([]))

  test('asks the encoder only where words leave doubt, and ranks by what it says', async () => {
    const asked: string[] = []
    const encoder: Encoder = {
      name: 'by first letter',
      async encode(texts) {
        asked.push(...texts)
        return texts.map((text) => Float32Array.of(/wol|strange/i.test(text) ? 1 : 0.1, /bridge/i.test(text) ? 1 : 0.1))
      },
    }
    const { claims } = generateClaims(1200)
    const others = claims.map((words, i) => claim(`other-${i}`, Array.from(words, wordOf).join(' ')))
    const matcher = createMatcher([...known, ...others], { encoder })
    const vague = 'A friend of mine lives in a village, and she told me that she heard something strange in March'
    expect((await matcher.matchByMeaning(vague))[0]?.claimId).toBe('wolves')
    expect(asked).toContain(vague)
    asked.length = 0
    const sure = 'Brightwater stores the passwords of its customers without encrypting them.'
    expect((await matcher.matchByMeaning(sure))[0]?.claimId).toBe('passwords')
    expect(asked).toEqual([])
  })
})

describe('new claims', () => {
  test('are matched with what is on record, batch by batch, with how far it is', async () => {
    const statements = Array.from({ length: 25 }, (_, i) => ({
      id: `s${i}`,
      content:
        i === 12 ? 'Forty wolves were released near Kestrel village.' : `Entry ${i} of the cooking club about soup`,
    }))
    const steps = await Array.fromAsync(matchBack([known[2]!], statements, { batch: 10 }))
    expect(steps.map(({ done }) => done)).toEqual([10, 20, 25])
    expect(steps.flatMap(({ matches }) => matches.map(({ statementId }) => statementId))).toEqual(['s12'])
  })
})

describe('another threshold', () => {
  test('shows what it would have brought and silenced', () => {
    const matches = [0.3, 0.5, 0.7].map((score, i) => ({ statementId: `s${i}`, claimId: 'c', score }))
    expect(thresholdEffect(matches, 0.6, 0.4).gained.map(({ score }) => score)).toEqual([0.5])
    expect(thresholdEffect(matches, 0.4, 0.6).lost.map(({ score }) => score)).toEqual([0.5])
  })
})
