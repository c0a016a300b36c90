import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type GoldSpan = { start: number; end: number }
/** One attribution of PolNeAR: segments of its content, of its source, of its cue. UTF-16 offsets. */
export type Attribution = { content: GoldSpan[]; source: GoldSpan[]; cue: GoldSpan[] }
export type GoldDocument = { name: string; text: string; attributions: Attribution[] }

/** Reads a part of the corpus, the first annotator of each document. */
export function readPolnear(folder: string): GoldDocument[] {
  const annotations = readdirSync(join(folder, 'attributions')).sort()
  return readdirSync(join(folder, 'text'))
    .sort()
    .map((file) => {
      const name = file.replace(/\.txt$/, '')
      const text = readFileSync(join(folder, 'text', file), 'utf8')
      const first = annotations.find((one) => one.replace(/_[^_]*\.ann$/, '') === name)
      const lines = first ? readFileSync(join(folder, 'attributions', first), 'utf8').split('\n') : []
      return { name, text, attributions: readAttributions(lines, text) }
    })
}

function readAttributions(lines: string[], text: string): Attribution[] {
  // Offsets count code points; most texts have none beyond the basic plane, and then they are UTF-16 already.
  const units: number[] = []
  let at = 0
  for (const character of text) {
    units.push(at)
    at += character.length
  }
  units.push(at)
  const spans = new Map<string, GoldSpan[]>()
  const found: Attribution[] = []
  for (const line of lines) {
    const term = /^(T\d+)\t(\w+) ([\d;\s]+)(?:\t|$)/.exec(line)
    if (term)
      spans.set(
        term[1]!,
        term[3]!.split(';').map((part) => {
          const [start = 0, end = 0] = part.trim().split(' ').map(Number)
          return { start: units[start] ?? at, end: units[end] ?? at }
        }),
      )
    const event = /^E\d+\t(.*)$/.exec(line)
    if (!event) continue
    const roles = Array.from(event[1]!.matchAll(/(Content|Source|Cue)\d*:(T\d+)/g))
    const of = (role: string) => roles.filter((one) => one[1] === role).flatMap((one) => spans.get(one[2]!) ?? [])
    found.push({ content: of('Content'), source: of('Source'), cue: of('Cue') })
  }
  return found
}
