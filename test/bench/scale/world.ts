import { type Chance, createChance } from '../../torture/chance.ts'

/** How large the load is. `everySeconds`: how often a feed is read; `rate`: documents a second, for so many seconds. */
export type Size = {
  servers: number
  subscriptions: number
  /** Of these, how many are told every minute. */
  minutely: number
  terms: number
  feeds: number
  hosts: number
  rate: number
  seconds: number
  everySeconds: number
}

/** Of so many documents one names somebody who is tracked; of as many others one holds a phrase that is watched. */
const INTEREST_ONCE_IN = 10
/** Roughly so many characters of text. */
const PARAGRAPHS = 10
const PEOPLE = 400
const PHRASES = 20_000

const FIRST = [
  'Vel',
  'Tor',
  'Mi',
  'Sa',
  'Kel',
  'Bru',
  'Ona',
  'Rif',
  'Du',
  'Len',
  'Cas',
  'Hol',
  'Per',
  'Zan',
  'Ule',
  'Gar',
]
const MIDDLE = ['ma', 'ri', 'don', 'se', 'va', 'lu', 'no', 'ti', 'ber', 'ka', 'le', 'shi', 'go', 'fa', 'ro', 'ne']
const LAST = ['r', 'n', 'sk', 'th', 'l', 'x', 'm', 'st', 'da', 'no', 'ke', 'ry', 've', 'sh', 'po', 'gi']
const THINGS = ['ferry', 'bridge', 'harbour', 'reservoir', 'tram', 'lighthouse', 'archive', 'market', 'tunnel', 'canal']

/** The number as an invented word: every number another one, up to 4,096, and with a second half beyond. */
function wordOf(number: number): string {
  const word = FIRST[number & 15]! + MIDDLE[(number >> 4) & 15]! + LAST[(number >> 8) & 15]!
  return number < 4096 ? word : word + wordOf(number >> 12).toLowerCase()
}

export const personName = (i: number): string => `${wordOf(i * 7 + 1)} ${wordOf(i * 11 + 1500)}`
export const personId = (i: number): string => `person-${i}`
export const PERSONS = Array.from({ length: PEOPLE }, (_, i) => i)
const phraseOf = (i: number): string => `${wordOf(i + 300).toLowerCase()} ${THINGS[i % THINGS.length]}`

/** One watch term of one server, in the shape of `WatchTerm`. Of 25 two are people, three are queries, the rest phrases. */
export function termOf(size: Size, i: number): { guild: number; kind: 'entity' | 'phrase' | 'query'; value: string } {
  const guild = i % size.servers
  const nth = Math.floor(i / size.servers)
  const chance = createChance(i * 31 + 5)
  if (nth % 25 < 2) return { guild, kind: 'entity', value: personId((guild * 2 + nth) % PEOPLE) }
  // Each of its own stretch, so that no server has one twice.
  const one = (nth * 811 + chance.below(800)) % PHRASES
  if (nth % 25 < 5)
    return { guild, kind: 'query', value: `(${phraseOf(one)} OR "${phraseOf(one + 1)}") AND council -crossword` }
  return { guild, kind: 'phrase', value: phraseOf(one) }
}

export const guildId = (i: number): string => `22${String(i).padStart(16, '0')}`
export const channelId = (i: number): string => `33${String(i).padStart(16, '0')}`

/** So many channels want to be told every minute, the others every hour, each at its own minute. */
export function channelOf(size: Size, i: number): { guild: number; schedule: string } {
  const guild = i % size.servers
  return { guild, schedule: i < size.minutely ? '* * * * *' : `${(i * 7) % 60} * * * *` }
}

/** The address of a feed: several stand on one host. */
export function feedAddress(size: Size, i: number, port: number): string {
  const host = i % size.hosts
  return `http://127.${1 + Math.floor(host / 250)}.${host % 250}.1:${port}/feed${i}`
}

/** The address of an article tells when it was published, in milliseconds since 1970, and its number. */
export const articleUrl = (feed: number, at: number, number: number): string =>
  `https://paper-${feed}.example/${at}-${number}`
export const ARTICLE = /example\/(\d{13})-(\d+)"/g

const VERBS = ['repaired', 'inspected', 'measured', 'closed', 'painted', 'opened', 'counted', 'surveyed']
const SAID = ['said', 'told the council', 'announced', 'warned']

/** An article in HTML, the same for the same number, unlike every other. */
export function article(number: number): { title: string; html: string } {
  const chance = createChance(number * 2_654_435 + 17)
  const interest = number % INTEREST_ONCE_IN
  const speaker = interest === 3 ? personName(chance.below(PEOPLE)) : `${wordOf(5000 + chance.below(90_000))} Quill`
  const watched = interest === 7 ? `The council heard of the ${phraseOf(chance.below(PHRASES))} again.` : ''
  const paragraphs = Array.from({ length: PARAGRAPHS }, () => filler(chance))
  paragraphs.splice(1, 0, `“${sentence(chance)}” ${speaker} ${chance.pick(SAID)}. ${watched}`)
  paragraphs.splice(4, 0, `“${sentence(chance)} ${sentence(chance)}” ${speaker.split(' ').at(-1)} said.`)
  return {
    title: `${wordOf(number + 200)}: ${sentence(chance)}`,
    html: paragraphs.map((one) => `<p>${one}</p>`).join(''),
  }
}

const filler = (chance: Chance): string => Array.from({ length: 4 }, () => sentence(chance)).join(' ')

function sentence(chance: Chance): string {
  const word = () => wordOf(200_000 + chance.below(60_000)).toLowerCase()
  const count = 2 + chance.below(900)
  return `The crew of the ${word()} quarter ${chance.pick(VERBS)} ${count} lamps beside the ${word()} quay and the ${word()} steps on ${chance.pick(['Monday', 'Tuesday', 'Friday'])}.`
}
