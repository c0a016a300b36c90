import { Resvg } from '@resvg/resvg-js'
import { init } from 'echarts'
import type { Moment } from './moments.ts'

export type TimelinePicture = {
  title: string
  moments: Moment[]
  /** What the kinds are called, in the reader's language. */
  names: Record<Moment['kind'], string>
  language: string
}

/** Narrow, with letters large for it: a phone shows it some 330 pixels wide. Drawn sharp, at 1600. */
const WIDTH = 560
const PIXELS = 1600
const ROW = 44
const MOST_ROWS = 14
const INK = { ground: '#2b2d31', text: '#f2f3f5', quiet: '#c4c7cc', line: '#4e5058' }
/** Told apart by shape too, for those who do not see the colours. */
const LOOK = {
  repeats: { color: '#7fb2e5', symbol: 'circle' },
  differs: { color: '#f0b232', symbol: 'diamond' },
  opposes: { color: '#ff7b72', symbol: 'triangle' },
  other: { color: '#c4c7cc', symbol: 'rect' },
} as const

/**
 * Who said it when, one line for each speaker or outlet, as a PNG. It brings its own dark ground, and is readable on
 * Discord's dark and light.
 *
 * @param fontFiles paths of TrueType fonts: a bare machine has none
 * @returns PNG, 1600 pixels wide
 */
export function drawTimeline(picture: TimelinePicture, fontFiles: string[]): Uint8Array {
  const rows = rowsOf(picture.moments)
  const height = 130 + rows.length * ROW
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
  try {
    chart.setOption(optionOf(picture, rows))
    const svg = chart.renderToSVGString()
    const fonts = { fontFiles, loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' }
    return new Resvg(svg, { font: fonts, fitTo: { mode: 'width', value: PIXELS } }).render().asPng()
  } finally {
    // A chart that is not disposed of keeps the process alive.
    chart.dispose()
  }
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
  const text = { color: INK.text, fontFamily: 'DejaVu Sans', fontSize: 16 }
  return {
    animation: false,
    backgroundColor: INK.ground,
    useUTC: true,
    textStyle: text,
    title: {
      text: shorten(title, 44),
      left: 16,
      top: 12,
      textStyle: { ...text, fontSize: 18, fontWeight: 'bold' as const },
    },
    legend: {
      data: kinds.map((kind) => names[kind]),
      left: 12,
      top: 42,
      textStyle: { ...text, fontSize: 15 },
      itemGap: 20,
      itemWidth: 16,
    },
    grid: { left: 150, right: 22, top: 84, bottom: 44 },
    xAxis: {
      type: 'time' as const,
      splitNumber: 2,
      axisLabel: {
        ...text,
        color: INK.quiet,
        fontSize: 14,
        hideOverlap: true,
        formatter: (at: number) => day.format(at),
      },
      axisLine: { lineStyle: { color: INK.line } },
      boundaryGap: ['3%', '3%'] as [string, string],
      splitLine: { show: false },
    },
    yAxis: {
      type: 'category' as const,
      inverse: true,
      data: rows,
      axisLabel: { ...text, width: 138, overflow: 'truncate' as const, formatter: (row: string) => shorten(row, 15) },
      axisTick: { show: false },
      axisLine: { show: false },
      splitLine: { show: true, lineStyle: { color: INK.line } },
    },
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

/** What cannot stand in XML is left out; long names end in an ellipsis. */
function shorten(words: string, most: number): string {
  const clean = [...words.toWellFormed().replace(/[\u0000-\u001F\u007F-\u009F\uFFFE\uFFFF]/g, ' ')]
  return clean.length > most ? `${clean.slice(0, most - 1).join('')}…` : clean.join('')
}
