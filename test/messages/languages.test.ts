import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { en, type MessageKey } from '../../src/messages/en.ts'
import { sayIn, TRANSLATIONS } from '../../src/messages/languages.ts'
import { sayNextRead } from '../../src/messages/next-read.ts'

const keys = Object.keys(en) as MessageKey[]
const fillings = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort()
const languages = [...new Map(Object.entries(TRANSLATIONS).map(([locale, messages]) => [messages, locale])).values()]

describe('the interface', () => {
  test('speaks German, French and Spanish, and every catalogue there is', () => {
    expect(Object.keys(TRANSLATIONS)).toEqual(expect.arrayContaining(['de', 'fr', 'es-ES', 'es-419']))
    const files = readdirSync(resolve(import.meta.dirname, '../../src/messages'))
    expect(files.filter((file) => /^[a-z]{2}\.ts$/.test(file))).toHaveLength(languages.length + 1)
  })

  test('answers in the asker’s language, in English where we do not speak it', () => {
    expect(sayIn('de').text('digest.nothing')).toBe('Nichts Neues.')
    expect(sayIn('ja').text('digest.nothing')).toBe('Nothing new.')
    expect(sayIn('__proto__').text('digest.nothing')).toBe('Nothing new.')
    expect(sayIn('constructor').text('digest.nothing')).toBe('Nothing new.')
    expect(sayIn('fr').count('digest.count', 1, { sources: 'x', documents: 'y' })).toContain('1 déclaration de')
    expect(sayIn('es-419').date('2026-03-02')).toContain('marzo')
  })

  test('chooses words by each count of a sentence, by the rules of its language', () => {
    const record = (locale: string, documents: number, statements: number) =>
      sayIn(locale).text('status.record', { documents, statements })
    expect(record('en-GB', 1, 2)).toBe('On record: 1 document, 2 statements.')
    expect(record('de', 2, 1)).toBe('Erfasst: 2 Dokumente, 1 Aussage.')
    expect(record('fr', 0, 1)).toBe('Consigné : 0 document, 1 déclaration.')
    expect(record('es-ES', 1, 0)).toBe('Registrado: 1 documento, 0 declaraciones.')
    expect(sayIn('en-GB').count('entry.reports', 1)).toBe('The one report')
  })

  test('says why a source is read next in the reader’s language, and what an older version wrote as it stands', () => {
    expect(sayNextRead({ code: 'config', seconds: 900 }, sayIn('de'))).toBe('die Einstellung sagt: alle 15 Minuten')
    expect(sayNextRead({ code: 'failed', times: 3, moved: true }, sayIn('en-GB'))).toBe(
      'it failed 3 times; the wait doubles up to a day; moved out of the hours in which its publisher wants no visit',
    )
    const bound = { code: 'bound', seconds: 200_000, slowestSeconds: 7200 } as const
    expect(sayNextRead(bound, sayIn('es-ES'))).toBe(
      'publica más o menos cada 2 días, y la configuración dice: al menos cada 2 horas',
    )
    expect(sayNextRead('it failed once', sayIn('fr'))).toBe('it failed once')
  })
})

describe.each(languages)('the catalogue in %s', (locale) => {
  const messages = TRANSLATIONS[locale] as Record<string, string>

  test('has every message and no other', () => expect(Object.keys(messages).sort()).toEqual([...keys].sort()))
  test('fills in the same values', () => {
    expect(keys.filter((key) => String(fillings(messages[key] ?? '')) !== String(fillings(en[key])))).toEqual([])
  })
  test('has counts that choose words where a sentence shows them too', () => {
    const lonely = keys.filter((key) => {
      const chosen = [...(messages[key] ?? '').matchAll(/\{(\w+)\|[^|}]+\|[^|}]+\}/g)].map(([, name]) => name)
      return chosen.some((name) => !fillings(messages[key] ?? '').includes(name))
    })
    expect(lonely).toEqual([])
  })
  test('leaves nothing empty, and little as it is in English', () => {
    const same = keys.filter((key) => messages[key] === en[key] && /[a-z]{4}/.test(en[key].replace(/\{\w+\}/g, '')))
    expect(keys.filter((key) => !messages[key]?.trim())).toEqual([])
    expect(same.length).toBeLessThan(12)
  })
})
