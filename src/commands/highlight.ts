import { isMistake, parseQuery, placesIn, wordsWithPlaces } from '../digests/query.ts'
import { neutral } from '../discord/markdown.ts'
import type { Entity, WatchTerm } from '../model.ts'

type Span = { start: number; end: number }

/** Where a term stands in a text, in reading order, never overlapping: UTF-16, end exclusive. */
export function placesOfTerm(text: string, { kind, value }: WatchTerm, entities: Entity[]): Span[] {
  if (kind === 'query') {
    const query = parseQuery(value)
    if (isMistake(query)) return []
    const words = wordsWithPlaces(text)
    const places = placesIn(
      query,
      words.map(({ word }) => word),
    )
    return places.flatMap(({ start, end }) => {
      const [first, last] = [words[start], words[end - 1]]
      return first && last ? [{ start: first.start, end: last.end }] : []
    })
  }
  const entity = kind === 'entity' ? entities.find(({ id }) => id === value) : null
  const names = kind === 'phrase' ? [value] : entity ? [entity.name, ...entity.aliases, ...entity.handles] : []
  return occurrences(text, names, kind === 'entity')
}

/** Small letters may be longer than capital ones (İ): then places would shift, and nothing is shown in bold. */
function occurrences(text: string, names: string[], whole: boolean): Span[] {
  const lower = text.toLowerCase()
  if (lower.length !== text.length) return []
  const found: Span[] = []
  for (const name of names.filter((one) => one.length > 1)) {
    const wanted = name.toLowerCase()
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + wanted.length)) {
      const end = at + wanted.length
      const cut = /[\p{L}\p{N}]/u.test(lower[at - 1] ?? '') || /[\p{L}\p{N}]/u.test(lower[end] ?? '')
      if (!whole || !cut) found.push({ start: at, end })
    }
  }
  const sorted = found.sort((a, b) => a.start - b.start || b.end - a.end)
  return sorted.filter(({ start }, i) => i === 0 || start >= Math.max(...sorted.slice(0, i).map(({ end }) => end)))
}

const BEFORE = 50

/** A piece of a text around the first of some places, with these in bold and all else harmless. */
export function highlighted(text: string, places: Span[], most: number): string {
  const first = places[0]?.start ?? 0
  const from = first > BEFORE + 10 ? first - BEFORE : 0
  const begin = from > 0 ? from + Math.max(0, text.slice(from, first).search(/\s/) + 1) : 0
  const end = begin + most >= text.length ? text.length : begin + most
  const shown = places.filter((place) => place.start >= begin && place.end <= end)
  let out = begin > 0 ? '… ' : ''
  let at = begin
  for (const place of shown) {
    out += `${calm(text.slice(at, place.start))}**${calm(text.slice(place.start, place.end))}**`
    at = place.end
  }
  return `${out}${calm(text.slice(at, end))}${end < text.length ? '…' : ''}`
}

const calm = (words: string) => neutral(words.replace(/\s+/g, ' '))
