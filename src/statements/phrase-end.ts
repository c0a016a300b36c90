/** A phrase ends with its sentence, or at a comma or dash that begins something new. */
export function endOfPhrase(rest: string, from: number): number | null {
  const cut =
    /,\s+(?!(?:and|or)\s+(?:\S+\s+){0,3}$)(?=(?:but|and|while|which|who|saying|adding|noting|calling|as|after|according|a|an|the|with|where|though|although|because)\b|\p{Lu})|;\s|\s[-–—]{1,2}\s|,\s+\w+ing\b/u.exec(
      rest.slice(from),
    )
  return cut ? from + cut.index : null
}

export const clauseEnd = (sentence: string, from: number, start: number, end: number): number => {
  const cut = endOfPhrase(sentence.slice(start - from, end - from), 0)
  return cut === null ? end : start + cut
}

/** Who made a picture, as captions end with it; behind such a word it is part of the sentence. */
const CREDIT =
  /(?<!\b(?:on|in|at|by|to|of|from|via|the|a|and|or|for|with|told|tells|called))\s+(?:CC|YouTube|Facebook|Twitter|Instagram|Flickr|(?:[A-Z]+\/)?Getty(?: Images)?|Shutterstock|Wikimedia(?: Commons)?|Reuters|AFP|AP|EPA|PA)$/

/** Where a clause that runs to the end of its paragraph ends without the credit of the caption that it stands in. */
export function beforeCredit(text: string, start: number, end: number): number {
  const isParagraphEnd = end === text.length || text[end] === '\n'
  const credit = isParagraphEnd ? CREDIT.exec(text.slice(start, end)) : null
  return credit && credit.index > 0 ? start + credit.index : end
}
