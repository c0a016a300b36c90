import { heading, INK, rowAxis, TEXT, timeAxis, toPng } from './canvas.ts'

/** One report of a quotation: where it stood, and when (ISO 8601). */
export type Carried = { outlet: string; at: string }

export type SpreadPicture = {
  title: string
  /** In any order; each with a time that can be read. */
  reports: Carried[]
  /** What things are called, in the reader's language. */
  names: { first: string; later: string; outlets: string; more(outlets: number): string }
  language: string
}

const ROW = 44
const MOST_ROWS = 12
/** Height of the line of outlets over time, and where the lines of each begin. */
const CURVE = 92
const ROWS_TOP = 84 + CURVE + 30
const DAY_MS = 86_400_000
const COLOR = { first: '#f0b232', later: '#7fb2e5', outlets: '#8fd19e' }

/**
 * How a quotation spread: above, how many outlets had carried it by when; beneath, one line for each outlet in the order
 * in which they first did, each report a mark on it.
 *
 * @param fontFiles paths of TrueType fonts: a bare machine has none
 * @returns PNG, 1600 pixels wide
 */
export function drawSpread(picture: SpreadPicture, fontFiles: string[]): Uint8Array {
  const reports = picture.reports.toSorted((a, b) => (a.at < b.at ? -1 : 1))
  const outlets = [...new Set(reports.map(({ outlet }) => outlet))]
  const rows = outlets.slice(0, MOST_ROWS)
  const left = outlets.length - rows.length
  const option = optionOf({ ...picture, reports }, rows)
  const note = {
    type: 'text' as const,
    left: 16,
    bottom: 8,
    style: { text: '', fill: INK.quiet, font: '14px DejaVu Sans' },
  }
  const graphic = left > 0 ? [{ ...note, style: { ...note.style, text: picture.names.more(left) } }] : []
  return toPng({ ...option, graphic }, ROWS_TOP + rows.length * ROW + bottomOf(left), fontFiles)
}

const bottomOf = (left: number) => (left > 0 ? 66 : 44)

function optionOf({ title, reports, names, language }: SpreadPicture, rows: string[]) {
  const seen = new Set<string>()
  const curve: [number, number][] = []
  const first: [number, string][] = []
  const later: [number, string][] = []
  for (const { outlet, at } of reports) {
    const time = Date.parse(at)
    const isFirst = !seen.has(outlet)
    seen.add(outlet)
    curve.push([time, seen.size])
    if (rows.includes(outlet)) (isFirst ? first : later).push([time, outlet])
  }
  const from = curve[0]?.[0] ?? 0
  const to = curve.at(-1)?.[0] ?? 0
  const span = Math.max(to - from, 3_600_000)
  const bounds = { min: from - span * 0.05, max: to + span * 0.05 }
  const format = new Intl.DateTimeFormat(language, {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    ...(span < 3 * DAY_MS ? { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } : { year: 'numeric' }),
  })
  const outlets = new Set(reports.map(({ outlet }) => outlet)).size
  const bottom = bottomOf(outlets - rows.length)
  const marks = (name: string, color: string, symbol: string, data: [number, string][]) => ({
    type: 'scatter' as const,
    name,
    symbol,
    symbolSize: 17,
    xAxisIndex: 1,
    yAxisIndex: 1,
    itemStyle: { opacity: 1, color, borderColor: INK.ground, borderWidth: 1.5 },
    data,
  })
  return {
    ...heading(title, [{ name: names.outlets, icon: 'rect' }, names.first, ...(later.length > 0 ? [names.later] : [])]),
    grid: [
      { left: 150, right: 22, top: 84, height: CURVE },
      { left: 150, right: 22, top: ROWS_TOP, bottom },
    ],
    xAxis: [
      { ...timeAxis(format), ...bounds, gridIndex: 0, axisLabel: { show: false }, axisTick: { show: false } },
      { ...timeAxis(format), ...bounds, gridIndex: 1 },
    ],
    yAxis: [
      {
        type: 'value' as const,
        gridIndex: 0,
        min: 0,
        max: outlets,
        interval: Math.max(1, Math.ceil(outlets / 2)),
        axisLabel: { ...TEXT, color: INK.quiet, fontSize: 14 },
        splitLine: { show: true, lineStyle: { color: INK.line } },
      },
      { ...rowAxis(rows), gridIndex: 1 },
    ],
    series: [
      {
        type: 'line' as const,
        name: names.outlets,
        step: 'end' as const,
        symbol: 'none',
        lineStyle: { color: COLOR.outlets, width: 3 },
        itemStyle: { color: COLOR.outlets },
        areaStyle: { color: COLOR.outlets, opacity: 0.25 },
        data: [...(curve[0] ? [[curve[0][0], 0]] : []), ...curve, [bounds.max, outlets]],
      },
      marks(names.first, COLOR.first, 'diamond', first),
      ...(later.length > 0 ? [marks(names.later, COLOR.later, 'circle', later)] : []),
    ],
  }
}
