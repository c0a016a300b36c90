import { describe, expect, test } from 'vitest'
import { extractEntities } from '../../src/documents/extract-entities.ts'
import { workBegun } from '../support/work.ts'

const mentions = (text: string) => extractEntities(text).mentions.map(({ value }) => value)
const hashtags = (text: string) => extractEntities(text).hashtags.map(({ value }) => value)
const cashtags = (text: string) => extractEntities(text).cashtags.map(({ value }) => value)
const links = (text: string) => extractEntities(text).links.map(({ value }) => value)

describe('mentions', () => {
  test.each([
    ['@ferry at the start', ['ferry']],
    ['after words @ferry', ['ferry']],
    ['(@ferry), .@harbour and "@tide_1"', ['ferry', 'harbour', 'tide_1']],
    ['RT@ferry and RT: @harbour', ['ferry', 'harbour']],
    ['見て@ferryを', ['ferry']],
    ['write to desk@harbour.example', []],
    ['a@@ferry @ferry@ @@ferry', []],
    ['@ferryé is no handle, @ferry! is', ['ferry']],
    ['@abcdefghijklmnopqrstuvwxyz', ['abcdefghijklmnopqrst']],
    ['＠ferry in full width', ['ferry']],
    ['see https://harbour.example/@ferry', []],
    ['@ferry/crew is a list', []],
    ['@http://harbour.example', []],
  ])('of “%s” are %j', (text, expected) => expect(mentions(text)).toEqual(expected))
})

describe('hashtags', () => {
  test.each([
    ['#Ferry and (#Tide)', ['Ferry', 'Tide']],
    ['#２０２６年 and #2026', ['２０２６年']],
    ['#渡し船 #паром #ферибот', ['渡し船', 'паром', 'ферибот']],
    ['＃渡し船', ['渡し船']],
    ['a#Ferry', []],
    ['&#39; and &#Ferry', []],
    ['#Ferry#Tide', []],
    ['#fährt_1', ['fährt_1']],
    ['https://harbour.example/#Ferry', []],
    ['#1ferry #_ferry #_', ['1ferry', '_ferry']],
    ['#️⃣ is a key', []],
    ['#Ferry! #Tide.', ['Ferry', 'Tide']],
  ])('of “%s” are %j', (text, expected) => expect(hashtags(text)).toEqual(expected))
})

describe('cashtags', () => {
  test.each([
    ['$NET and $BRK.A, $rds_b', ['NET', 'BRK.A', 'rds_b']],
    ['costs $20 or 20$NET', []],
    ['$TOOLONGG', []],
    ['($NET)', []],
  ])('of “%s” are %j', (text, expected) => expect(cashtags(text)).toEqual(expected))
})

describe('links', () => {
  test.each([
    [
      'See https://harbour.example/a_(b), and (https://t.co/Ab1).',
      ['https://harbour.example/a_(b)', 'https://t.co/Ab1'],
    ],
    ['https://t.co/Ab1…', ['https://t.co/Ab1']],
    ['harbour.example is no link here', []],
    ['http:// alone and http://harbour', []],
    ['渡しhttps://harbour.example/道(渡し', ['https://harbour.example/']],
    ['https://harbour.example/?a=1&b=2!', ['https://harbour.example/?a=1&b=2']],
  ])('of “%s” are %j', (text, expected) => expect(links(text)).toEqual(expected))
})

test('every offset gives its own words, whatever stands before it', () => {
  const text = '👩‍👩‍👦 @ferry #Tide $NET https://t.co/x'
  const { mentions, hashtags, cashtags, links } = extractEntities(text)
  expect([mentions, hashtags, cashtags, links].flat().map(({ start, end }) => text.slice(start, end))).toEqual([
    '@ferry',
    '#Tide',
    '$NET',
    'https://t.co/x',
  ])
})

test('hostile text costs time that grows with its length alone', () => {
  const worked = workBegun()
  for (const unit of ['@', '#', '#a', '$A', 'https://', 'RT@', '#_1']) extractEntities(unit.repeat(20_000))
  expect(worked()).toBeLessThan(3000)
})
