/** Up to this many words a text is one passage: a post, a headline, a statement with its sentence. */
const WORDS = 70
/** More passages of one text are not read. */
const PASSAGES = 40

const sentenceBreaks = new Intl.Segmenter('en', { granularity: 'sentence' })

/**
 * Parts a long text into passages of whole sentences, each about as long as a post: a claim is met in one place, and
 * the more text there is, the more of any claim's words it holds by chance.
 *
 * @returns the text itself where it is short; at most 40 passages of the first 20,000 characters
 */
export function splitPassages(text: string): string[] {
  const read = text.slice(0, 20_000)
  if (countWords(read) <= WORDS) return [read]
  const passages: string[] = []
  let passage = ''
  let words = 0
  for (const { segment } of sentenceBreaks.segment(read)) {
    const count = countWords(segment)
    if (words > 0 && words + count > WORDS) {
      passages.push(passage)
      if (passages.length === PASSAGES) return passages
      passage = ''
      words = 0
    }
    passage += segment
    words += count
  }
  if (words > 0) passages.push(passage)
  return passages
}

const countWords = (text: string) => text.match(/\S+/g)?.length ?? 0
