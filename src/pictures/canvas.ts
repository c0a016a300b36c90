import { Resvg } from '@resvg/resvg-js'
import { type EChartsOption, init } from 'echarts'

/** Narrow, with letters large for it: a phone shows it some 330 pixels wide. Drawn sharp, at 1600. */
const WIDTH = 560
const PIXELS = 1600
/** Pictures bring their own dark ground, and are readable on Discord's dark and light. */
export const INK = { ground: '#2b2d31', text: '#f2f3f5', quiet: '#c4c7cc', line: '#4e5058' }
export const TEXT = { color: INK.text, fontFamily: 'DejaVu Sans', fontSize: 16 }

/** @param fontFiles paths of TrueType fonts: a bare machine has none. @returns PNG, 1600 pixels wide */
export function toPng(option: EChartsOption, height: number, fontFiles: string[]): Uint8Array {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
  try {
    chart.setOption({ animation: false, backgroundColor: INK.ground, useUTC: true, textStyle: TEXT, ...option })
    const svg = chart.renderToSVGString()
    const fonts = { fontFiles, loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' }
    return new Resvg(svg, { font: fonts, fitTo: { mode: 'width', value: PIXELS } }).render().asPng()
  } finally {
    // A chart that is not disposed of keeps the process alive.
    chart.dispose()
  }
}

/** The words on top, and what the shapes mean beneath them. */
export const heading = (title: string, legend: (string | { name: string; icon: string })[]) => ({
  title: {
    text: shorten(title, 44),
    left: 16,
    top: 12,
    textStyle: { ...TEXT, fontSize: 18, fontWeight: 'bold' as const },
  },
  legend: { data: legend, left: 12, top: 42, textStyle: { ...TEXT, fontSize: 15 }, itemGap: 32, itemWidth: 16 },
})

/** One line for each name, the first on top. */
export const rowAxis = (rows: string[]) => ({
  type: 'category' as const,
  inverse: true,
  data: rows,
  axisLabel: { ...TEXT, width: 138, overflow: 'truncate' as const, formatter: (row: string) => shorten(row, 15) },
  axisTick: { show: false },
  axisLine: { show: false },
  splitLine: { show: true, lineStyle: { color: INK.line } },
})

/** Times along the bottom, in UTC. */
export const timeAxis = (format: Intl.DateTimeFormat) => ({
  type: 'time' as const,
  splitNumber: 2,
  axisLabel: {
    ...TEXT,
    color: INK.quiet,
    fontSize: 14,
    hideOverlap: true,
    formatter: (at: number) => format.format(at),
  },
  axisLine: { lineStyle: { color: INK.line } },
  boundaryGap: ['3%', '3%'] as [string, string],
  splitLine: { show: false },
})

/** What cannot stand in XML is left out; long names end in an ellipsis. */
export function shorten(words: string, most: number): string {
  const clean = [...words.toWellFormed().replace(/[\u0000-\u001F\u007F-\u009F\uFFFE\uFFFF]/g, ' ')]
  return clean.length > most ? `${clean.slice(0, most - 1).join('')}…` : clean.join('')
}
