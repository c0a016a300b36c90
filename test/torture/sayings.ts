import type { Chance } from './chance.ts'

/** Invented people. Nobody of these names is meant. */
export const SPEAKERS = [
  { id: 'ines-varga', name: 'Ines Varga-Holm', handle: 'ines_vh' },
  { id: 'oskar-lind', name: 'Oskar Lindqvist', handle: 'oskar_lq' },
  { id: 'mirela-dace', name: 'Mirela Dacescu', handle: 'mirela_dc' },
  { id: 'tobin-ashgrove', name: 'Tobin Ashgrove', handle: 'tobin_ag' },
  { id: 'yusra-halden', name: 'Yusra Haldenby', handle: 'yusra_hb' },
  { id: 'petra-novakova', name: 'Petra Novakovska', handle: 'petra_nk' },
  { id: 'declan-orrery', name: 'Declan Orrery', handle: 'declan_oy' },
  { id: 'amina-sollberg', name: 'Amina Sollberg', handle: 'amina_sb' },
  { id: 'rufus-kettleby', name: 'Rufus Kettleby', handle: 'rufus_kb' },
  { id: 'lenka-brandt', name: 'Lenka Brandtova', handle: 'lenka_bv' },
] as const
export type Speaker = (typeof SPEAKERS)[number]

const ONSETS = 'bdfgklmnprstvz'
const VOWELS = 'aeiou'

/** A made-up word for a number: always ten letters, so that none stands inside another. */
export function markerOf(n: number): string {
  let rest = n
  let word = ''
  for (let i = 0; i < 4; i++) {
    const syllable = rest % (ONSETS.length * VOWELS.length)
    rest = Math.floor(rest / (ONSETS.length * VOWELS.length))
    word += ONSETS[Math.floor(syllable / VOWELS.length)]! + VOWELS[syllable % VOWELS.length]!
  }
  return `${word}xq`
}
/** Every marker in a text. */
export const markersIn = (text: string): string[] =>
  text.match(new RegExp(`\\b(?:[${ONSETS}][${VOWELS}]){4}xq\\b`, 'g')) ?? []

/** One thing said, known by its marker wherever it turns up. */
export type Saying = { marker: string; speaker: Speaker; words: string }

/** A made-up word, so that no two sayings are alike: what recurs is offered as a claim, and its words stand twice. */
function newWord(chance: Chance): string {
  let word = ''
  for (let left = 2 + chance.below(3); left > 0; left--)
    word += chance.pick([...ONSETS]) + chance.pick([...VOWELS]) + (chance.once(3) ? chance.pick([...'nrslt']) : '')
  return word
}

export function newSaying(n: number, chance: Chance): Saying {
  const marker = markerOf(n)
  const some = Array.from({ length: 14 }, () => newWord(chance))
  return {
    marker,
    speaker: chance.pick(SPEAKERS),
    words: `the ${some.slice(0, 7).join(' ')} ${marker} ${some.slice(7).join(' ')}`,
  }
}

/** An article's paragraphs around a saying. */
export const paragraphs = ({ speaker, words }: Saying): [string, string, string] => [
  `The council of the port met again this week to talk about what comes next.`,
  `“${words[0]!.toUpperCase()}${words.slice(1)},” ${speaker.name} said on Tuesday.`,
  `The meeting ended late in the evening, and nobody asked for another one.`,
]
