import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { en, type MessageKey } from '../../src/messages/en.ts'
import { sayIn, TRANSLATIONS } from '../../src/messages/languages.ts'

const keys = Object.keys(en) as MessageKey[]
const fillings = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()
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
    expect(sayIn('fr').count('digest.count', 1, { sources: 'x', documents: 'y' })).toContain('1 déclaration de')
    expect(sayIn('es-419').date('2026-03-02')).toContain('marzo')
  })
})

describe.each(languages)('the catalogue in %s', (locale) => {
  const messages = TRANSLATIONS[locale] as Record<string, string>

  test('has every message and no other', () => expect(Object.keys(messages).sort()).toEqual([...keys].sort()))
  test('fills in the same values', () => {
    expect(keys.filter((key) => String(fillings(messages[key] ?? '')) !== String(fillings(en[key])))).toEqual([])
  })
  test('leaves nothing empty, and little as it is in English', () => {
    const same = keys.filter((key) => messages[key] === en[key] && /[a-z]{4}/.test(en[key].replace(/\{\w+\}/g, '')))
    expect(keys.filter((key) => !messages[key]?.trim())).toEqual([])
    expect(same.length).toBeLessThan(12)
  })
})
