import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { drawSpread } from '../../src/pictures/spread.ts'

const fonts = [fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'))]
const names = { first: 'first', later: 'again', outlets: 'outlets', more: (count: number) => `and ${count} more` }
const reports = [
  { outlet: 'Ferry Post', at: '2026-03-02T12:00:00.000Z' },
  { outlet: 'The Gazette', at: '2026-03-02T08:00:00.000Z' },
  { outlet: 'The Gazette', at: '2026-03-03T08:00:00.000Z' },
]
const draw = (over: Partial<Parameters<typeof drawSpread>[0]> = {}) =>
  Buffer.from(drawSpread({ title: 'The lamps stay on', reports, names, language: 'en', ...over }, fonts))
/** Width and height stand in the first chunk (PNG 1.2 §11.2.2). */
const sizeOf = (png: Buffer) => ({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) })

describe('the spread of a quotation', () => {
  test('is a PNG of 1600 pixels, higher with every outlet up to a dozen', () => {
    const many = (outlets: number) =>
      draw({ reports: Array.from({ length: outlets }, (_, i) => ({ outlet: `Outlet ${i}`, at: `2026-03-${10 + i}` })) })
    expect(draw().subarray(1, 4).toString('latin1')).toBe('PNG')
    expect(sizeOf(draw()).width).toBe(1600)
    expect(sizeOf(many(12)).height).toBeGreaterThan(sizeOf(many(11)).height)
    expect(sizeOf(many(16)).height).toBe(sizeOf(many(13)).height)
  })

  test('does not depend on the order of the reports, but on who carried it when', () => {
    expect(draw({ reports: reports.toReversed() }).equals(draw())).toBe(true)
    expect(draw({ reports: reports.slice(1) }).equals(draw())).toBe(false)
  })

  test('lives with one report, and with whatever names come from outside', () => {
    const nasty = ['<script>&"\u0000', 'שלום', '😀'.repeat(80), '\uD800', ']]>']
    const some = nasty.map((outlet, i) => ({ outlet, at: `2026-03-0${i + 1}T10:00:00.000Z` }))
    expect(sizeOf(draw({ title: nasty.join(' '), reports: some })).width).toBe(1600)
    expect(sizeOf(draw({ reports: reports.slice(0, 1) })).width).toBe(1600)
  })
})
