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
    ['rt @ferry, Rt:@tide but art@harbour and +rt@pier', ['ferry', 'tide']],
    ['#@ferry $@ferry %@ferry &@ferry *@ferry !@ferry', []],
    ['_@ferry 7@ferry é@ferry', ['ferry']],
    ['@ferry://x and @tide＠pier', []],
    ['@ferry\u0301 joins a mark', []],
    ['@ferry\n@tide\u3000@pier', ['ferry', 'tide', 'pier']],
    ['@渡し and @ and @-ferry', []],
    ['@ferry、@tide。', ['ferry', 'tide']],
  ])('of “%s” are %j', (text, expected) => expect(mentions(text)).toEqual(expected))
})

describe('mentions and lists', () => {
  const handles = (text: string) =>
    extractEntities(text).mentionsAndLists.map(({ value, list, start, end }) => [value, list, text.slice(start, end)])
  test.each([
    ['@ferry and @ferry/crew', ['ferry', null, '@ferry'], ['ferry', 'crew', '@ferry/crew']],
    ['渡し＠ferry/night-crew_2を', ['ferry', 'night-crew_2', '＠ferry/night-crew_2']],
    ['@ferry/2crew', ['ferry', null, '@ferry']],
    [`@ferry/${'c'.repeat(30)}`, ['ferry', 'c'.repeat(25), `@ferry/${'c'.repeat(25)}`]],
    ['@ferry/crew@tide'],
    ['@ferry/crewé'],
  ])('of “%s”', (text, ...expected) => expect(handles(text)).toEqual(expected))
})

describe('a reply', () => {
  test.each([
    ['@ferry leaves', 'ferry'],
    [' \u3000＠ferry leaves', 'ferry'],
    ['\n@ferry, @tide', 'ferry'],
    ['@ferry/crew', 'ferry'],
    ['.@ferry leaves', null],
    ['the @ferry', null],
    ['@ferry@tide', null],
    ['@ferryé', null],
    ['@ferry://pier', null],
    ['', null],
  ])('that begins “%s” is to %j', (text, expected) => expect(extractEntities(text).replyTo).toBe(expected))
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
    ['渡し #渡し船、#潮', ['渡し船', '潮']],
    ['渡し#潮', []],
    ['渡し。#潮', ['潮']],
    ['#ferry·tide #l·l #col・lega #~x #foo～bar', ['ferry·tide', 'l·l', 'col・lega', 'foo～bar']],
    ['#עֲבֹודָה #ישראל־חיפה #سفينة #اردو‌زبان', ['עֲבֹודָה', 'ישראל־חיפה', 'سفينة', 'اردو‌زبان']],
    ['#เรือข้ามฟาก #나룻배 #フェリー #ｶﾀｶﾅ', ['เรือข้ามฟาก', '나룻배', 'フェリー', 'ｶﾀｶﾅ']],
    ['#𠮷野 #𝒜lpha #Ⅷx', ['𠮷野', '𝒜lpha']],
    ['#ferry😀#tide ☀️#sun', ['ferry', 'tide', 'sun']],
    ['##ferry and #＃ferry', ['ferry', 'ferry']],
    ['#ferry://pier #tide:', ['tide']],
    ['&#ferry', []],
    ['#a\u0301e #\u0301', ['a\u0301e', '\u0301']],
    ['!#a ?#b (#c) "#d" /#e @#f', ['a', 'b', 'c', 'd', 'e', 'f']],
  ])('of “%s” are %j', (text, expected) => expect(hashtags(text)).toEqual(expected))
})

describe('cashtags', () => {
  test.each([
    ['$NET and $BRK.A, $rds_b', ['NET', 'BRK.A', 'rds_b']],
    ['costs $20 or 20$NET', []],
    ['$TOOLONGG', []],
    ['($NET)', []],
    ['$NET$ORG and x$NET', ['NET']],
    ['$NET, $ORG; $a! ($b) $c) $d', ['NET', 'ORG', 'a', 'c', 'd']],
    ['$BRK.A. $BRK.ABC $BRK_ $brk.b2', ['BRK.A', 'BRK', 'BRK', 'brk']],
    ['$NET2 $２ $é $NETé', []],
    ['$NET\u3000$ORG\n$EDU', ['NET', 'ORG', 'EDU']],
    ['$$NET $ NET', []],
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
    [
      'harbour.com and Harbour.co.uk/Tide?a=1#b, pier.museum.',
      ['harbour.com', 'Harbour.co.uk/Tide?a=1#b', 'pier.museum'],
    ],
    [
      'harbour.com?a=1 and harbour.com:8080 and harbour.com:8080/x',
      ['harbour.com', 'harbour.com', 'harbour.com:8080/x'],
    ],
    ['harbour.comma, notes.txt, v1.2.3, e.g.this', []],
    ['渡しharbour.com渡しpier.jp船', ['harbour.com', 'pier.jp']],
    ['渡しharbour.com/tide渡し', ['harbour.com/tide']],
    ['desk@harbour.com @harbour.com $harbour.com #harbour.com ＃x.com', []],
    ['-harbour.com _harbour.com .harbour.com ./harbour.com', []],
    ['xhttp://harbour.com and 1https://harbour.com', []],
    ['http://tide_1.harbour.com http://tide-1.harbour.com', ['http://tide_1.harbour.com', 'http://tide-1.harbour.com']],
    ['http://har_bour.com http://-harbour.com http://harbour-.com', []],
    ['http://harbour.unknownname http://harbour.x http://.com', []],
    ['HTTPS://Harbour.COM/Tide', ['HTTPS://Harbour.COM/Tide']],
    [
      'http://fähre.de/übersicht http://渡し.みんな/ http://xn--fhre-loa.de',
      ['http://fähre.de/übersicht', 'http://渡し.みんな/', 'http://xn--fhre-loa.de'],
    ],
    ['http://harbour.xn--p1ai/x', ['http://harbour.xn--p1ai/x']],
    [
      'http://harbour.com:80/a/б/–~@|x, http://harbour.com/a.',
      ['http://harbour.com:80/a/б/–~@|x', 'http://harbour.com/a'],
    ],
    [
      'http://harbour.com/a_(b)_(c(d)e)! (http://harbour.com/x)',
      ['http://harbour.com/a_(b)_(c(d)e)', 'http://harbour.com/x'],
    ],
    ['http://harbour.com/a(b and http://harbour.com/a)b', ['http://harbour.com/a', 'http://harbour.com/a']],
    [
      'http://harbour.com/@ferry/1 http://harbour.com/?? http://harbour.com/?a.',
      ['http://harbour.com/@ferry/1', 'http://harbour.com/', 'http://harbour.com/?a'],
    ],
    ['http://harbour.com/a&amp;b=c; http://harbour.com/...', ['http://harbour.com/a&amp;b=c', 'http://harbour.com/']],
    [
      '“http://harbour.com” <http://pier.org> 「https://tide.jp」',
      ['http://harbour.com', 'http://pier.org', 'https://tide.jp'],
    ],
    ['\u202ahttp://harbour.com/\u202c \u200fharbour.com\u200e', ['http://harbour.com/', 'harbour.com']],
    [
      'https://t.co/Ab1, https://t.co/Ab1/more https://t.co/Ab1?x=1. t.co/Ab1',
      ['https://t.co/Ab1', 'https://t.co/Ab1', 'https://t.co/Ab1?x=1', 't.co/Ab1'],
    ],
    [`https://t.co/${'a'.repeat(41)} https://t.co/${'a'.repeat(40)}`, [`https://t.co/${'a'.repeat(40)}`]],
    [`http://${'a'.repeat(64)}.com http://${'渡'.repeat(63)}.com`, []],
    [`http://harbour.com/${'a'.repeat(4100)}`, []],
    ['http://harbour.com@pier http://harbour.com-x http://harbour.com+x http://harbour.com_x', ['http://harbour.com']],
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

test('of what overlaps, the first counts', () => {
  expect(extractEntities('harbour.com/@ferry #Tide.com')).toMatchObject({
    mentions: [],
    hashtags: [{ value: 'Tide', start: 19, end: 24 }],
    links: [{ value: 'harbour.com/@ferry', start: 0, end: 18 }],
  })
})

test('hostile text costs time that grows with its length alone', () => {
  const worked = workBegun()
  for (const unit of [
    '@',
    '#',
    '#a',
    '$A',
    'https://',
    'RT@',
    '#_1',
    'a.',
    'a.com_',
    'a.com/(',
    'a_',
    '渡.',
    'http://a.com/!',
    'xn--',
  ])
    extractEntities(unit.repeat(20_000))
  for (const unit of ['!', '((', '?', '.', '@a']) extractEntities(`http://a.com/${unit.repeat(50_000)}a`)
  expect(worked()).toBeLessThan(3000)
})
