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
