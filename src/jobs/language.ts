import type { Document } from '../model.ts'

/** Texts that are too short to tell. */
const LEAST = 60

/**
 * The document with its language, where its source does not say it. The detector holds 160 MB: it is loaded when the
 * first such document comes.
 */
export async function withLanguage(document: Document): Promise<Document> {
  if (document.language !== null || document.text.length < LEAST) return document
  const { languageOf } = await import('../documents/language.ts')
  return { ...document, language: languageOf(document.text) }
}
