import { de } from './de.ts'
import { en, type Messages } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { createSay, english, type Say } from './say.ts'

/** Every language but English, by Discord's name for it. */
export const TRANSLATIONS: Record<string, Messages> = { de, fr, 'es-ES': es, 'es-419': es }

const VOICES = new Map<string, Say>([
  ['en-GB', english],
  ['en-US', createSay('en-US', en)],
  ...Object.entries(TRANSLATIONS).map(([locale, messages]): [string, Say] => [locale, createSay(locale, messages)]),
])

/** The voice for a locale of Discord; English where we do not speak it. */
export const sayIn = (locale: string | null | undefined): Say => VOICES.get(locale ?? '') ?? english
