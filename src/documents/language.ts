import { eld } from 'eld/small'

/** Characters that are looked at; more would not make it surer. */
const LOOKED_AT = 2000

/** The language a text is written in: ISO 639-1, null where it is too short or too mixed to tell. */
export function languageOf(text: string): string | null {
  const words = text
    .slice(0, LOOKED_AT)
    .replace(/<?https?:\/\/[^\s<>]+>?|[@#][\p{L}\p{N}_]+/gu, ' ')
    .toWellFormed()
  if ((words.match(/\p{L}/gu)?.length ?? 0) < 60) return null
  const found = eld.detect(words)
  return found.isReliable() && found.language ? found.language : null
}
