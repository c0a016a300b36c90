import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Moment } from '../../src/pictures/moments.ts'
import { boundsOf, drawTimeline } from '../../src/pictures/timeline.ts'

const fonts = [fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'))]
const names = { repeats: 'says it', differs: 'other figure', opposes: 'opposes it', other: 'bears on it' }
const moments: Moment[] = [
  { at: '2026-02-01T10:00:00.000Z', row: 'Mira Sol', kind: 'repeats' },
  { at: '2026-02-11T10:00:00.000Z', row: 'Ferry Guild', kind: 'opposes' },
  { at: '2026-03-02T10:00:00.000Z', row: 'Mira Sol', kind: 'differs' },
]
const draw = (over: Partial<Parameters<typeof drawTimeline>[0]> = {}) =>
  drawTimeline({ title: 'The lamps stay on', moments, names, language: 'en', ...over }, fonts)
/** Width and height stand in the first chunk (PNG 1.2 §11.2.2). */
const sizeOf = (png: Uint8Array) => {
  const view = new DataView(png.buffer, png.byteOffset)
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

describe('a timeline', () => {
  test('is a PNG of 1600 pixels, higher with every speaker', () => {
    const few = draw()
    expect([...few.subarray(1, 4)].map((code) => String.fromCharCode(code)).join('')).toBe('PNG')
    const many = draw({ moments: moments.map((one, i) => ({ ...one, row: `Speaker ${i}` })) })
    expect(sizeOf(few).width).toBe(1600)
    expect(sizeOf(many).height).toBeGreaterThan(sizeOf(few).height)
  })

  test('is the same picture every time, and another one for other moments', () => {
    expect(Buffer.from(draw()).equals(Buffer.from(draw()))).toBe(true)
    expect(Buffer.from(draw()).equals(Buffer.from(draw({ moments: moments.slice(1) })))).toBe(false)
  })

  test('gives a lone moment and moments of one day a few days of room', () => {
    const span = (...times: string[]) => {
      const { min = 0, max = 0 } = boundsOf(times.map((time) => Date.parse(time)))
      return (max - min) / 86_400_000
    }
    expect(span('2026-03-02T10:00:00Z')).toBe(4)
    expect(span('2026-03-02T08:00:00Z', '2026-03-02T12:00:00Z')).toBe(4)
    expect(boundsOf([Date.parse('2026-02-01T10:00:00Z'), Date.parse('2026-03-02T10:00:00Z')])).toEqual({})
  })

  test('lives with whatever names come from outside', () => {
    const nasty = ['<script>&"\u0000', 'שלום', '😀'.repeat(80), '\uD800', ']]>']
    const rows = nasty.map((row, i): Moment => ({ at: `2026-02-0${i + 1}T10:00:00.000Z`, row, kind: 'other' }))
    expect(sizeOf(draw({ title: nasty.join(' '), moments: rows })).width).toBe(1600)
  })
})
