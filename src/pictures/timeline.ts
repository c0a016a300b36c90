import { heading, INK, rowAxis, timeAxis, toPng } from './canvas.ts'
import type { Moment } from './moments.ts'

export type TimelinePicture = {
  title: string
  moments: Moment[]
  /** What the kinds are called, in the reader's language. */
  names: Record<Moment['kind'], string>
  language: string
}

const ROW = 44
const MOST_ROWS = 14
/** Told apart by shape too, for those who do not see the colours. */
const LOOK = {
  repeats: { color: '#7fb2e5', symbol: 'circle' },
  differs: { color: '#f0b232', symbol: 'diamond' },
  opposes: { color: '#ff7b72', symbol: 'triangle' },
  other: { color: '#c4c7cc', symbol: 'rect' },
} as const

/**
 * Who said it when, one line for each speaker, as a PNG.
 *
 * @param fontFiles paths of TrueType fonts: a bare machine has none
 * @returns PNG, 1600 pixels wide
 */
export function drawTimeline(picture: TimelinePicture, fontFiles: string[]): Uint8Array {
  const rows = rowsOf(picture.moments)
  return toPng(optionOf(picture, rows), 130 + rows.length * ROW, fontFiles)
}

/** The lines with most on them, the earliest first. */
function rowsOf(moments: Moment[]): string[] {
  const counts = new Map<string, { count: number; first: string }>()
  for (const { row, at } of moments) {
    const known = counts.get(row) ?? { count: 0, first: at }
    counts.set(row, { count: known.count + 1, first: [at, known.first].sort()[0]! })
  }
  return [...counts]
    .sort(([, a], [, b]) => b.count - a.count)
    .slice(0, MOST_ROWS)
    .sort(([, a], [, b]) => (a.first < b.first ? -1 : 1))
    .map(([row]) => row)
}

function optionOf({ title, moments, names, language }: TimelinePicture, rows: string[]) {
  const day = new Intl.DateTimeFormat(language, { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' })
  const kinds = (Object.keys(LOOK) as Moment['kind'][]).filter((kind) => moments.some((one) => one.kind === kind))
  const shown = moments.filter(({ row }) => rows.includes(row))
  return {
    ...heading(
      title,
      kinds.map((kind) => names[kind]),
    ),
    grid: { left: 150, right: 22, top: 84, bottom: 44 },
    xAxis: { ...timeAxis(day), ...boundsOf(shown.map(({ at }) => Date.parse(at))) },
    yAxis: rowAxis(rows),
    series: kinds.map((kind) => ({
      type: 'scatter' as const,
      name: names[kind],
      symbol: LOOK[kind].symbol,
      symbolSize: 17,
      itemStyle: { opacity: 1, color: LOOK[kind].color, borderColor: INK.ground, borderWidth: 1.5 },
      data: shown.filter((one) => one.kind === kind).map(({ at, row }) => [Date.parse(at), row]),
    })),
  }
}

const DAY_MS = 86_400_000
/** The axis names days: over fewer than these it would name one twice, and around a lone moment it would span years. */
const FEWEST_DAYS = 4

/** Room around moments that lie close together. Times in milliseconds. */
export function boundsOf(times: number[]): { min?: number; max?: number } {
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const missing = FEWEST_DAYS * DAY_MS - (last - first)
  if (!(missing > 0)) return {}
  return { min: first - missing / 2, max: last + missing / 2 }
}
