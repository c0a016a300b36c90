/** What an outlet says of its own article: that it was corrected, or taken back. */
export type Notice = { kind: 'corrected' | 'retracted'; words: string }

/** In English, German, French and Spanish; at the beginning of a paragraph or of the title, where such notices stand. */
const RETRACTED =
  /^(?:(?:editor[’']?s note|note)\s*[:–—-]\s*)?(?:this (?:article|story|report|post) (?:has been|was|is) (?:retracted|withdrawn)|(?:retraction|retracted|withdrawn)\s*[:–—-]|(?:dieser (?:artikel|beitrag|bericht)) (?:wurde|ist) (?:zurückgezogen|widerrufen)|(?:zurückgezogen|widerruf)\s*[:–—-]|cet article a été (?:retiré|rétracté)|(?:rétractation)\s*[:–—-]|este artículo (?:ha sido|fue) retirado|(?:retractación)\s*[:–—-])/i
const CORRECTED =
  /^(?:(?:editor[’']?s note|note)\s*[:–—-]\s*)?(?:correction|corrections|clarification|this (?:article|story|report) (?:has been|was) (?:corrected|amended)|an earlier version of this (?:article|story|report)|korrektur|berichtigung|richtigstellung|in einer früheren (?:version|fassung)|rectificatif|correctif|une version précédente|corrección|fe de erratas|una versión anterior)\b/i
const LONGEST = 600

/** The notices in an article, in its own words, one a paragraph. A notice longer than a paragraph's worth is none. */
export function findNotices({ title, text }: { title: string | null; text: string }): Notice[] {
  const lines = [title ?? '', ...text.split(/\n+/)].map((line) => line.replace(/\s+/g, ' ').trim())
  return lines.flatMap((line): Notice[] => {
    if (line === '' || line.length > LONGEST) return []
    if (RETRACTED.test(line)) return [{ kind: 'retracted', words: line }]
    return CORRECTED.test(line) ? [{ kind: 'corrected', words: line }] : []
  })
}
