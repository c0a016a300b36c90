import { en } from './en.ts'
import { createSay, english, type Say } from './say.ts'

/** By Discord's locale: its languages, and ours for them. */
const LANGUAGES: Record<string, Say> = { 'en-GB': english, 'en-US': createSay('en-US', en) }

/** The voice for a locale of Discord; English where we do not speak it. */
export const sayIn = (locale: string | null | undefined): Say => LANGUAGES[locale ?? ''] ?? english
