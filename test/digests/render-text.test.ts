import { describe, expect, test } from 'vitest'
import { renderText } from '../../src/digests/render-text.ts'
import type { DigestView, Run } from '../../src/model.ts'

const plain = { colour: false, width: 60, timeZone: 'UTC' }
const view = (quotation: Run[]): DigestView => ({
  id: 'd',
  title: 'Who said what',
  tone: 'plain',
  summary: [],
  sections: [
    {
      heading: [{ type: 'text', text: 'New' }],
      notes: [],
      groups: [
        {
          heading: [],
          entries: [
            {
              id: 'e',
              tone: 'plain',
              head: [{ type: 'text', text: 'Mira Sol' }],
              quotation: [quotation],
              findings: [],
              sources: [],
              links: [],
            },
          ],
        },
      ],
    },
  ],
  closing: [],
})

describe('a digest in the terminal', () => {
  test('keeps its lines inside the width', () => {
    const text = renderText(
      view([{ type: 'text', text: 'The lamps stay on whatever it costs the town. '.repeat(20) }]),
      plain,
    )
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60)
  })

  test('keeps an address whole', () => {
    const url = `https://gazette.example/${'long/'.repeat(30)}`
    expect(renderText(view([{ type: 'link', text: 'Lamps', url, host: 'gazette.example' }]), plain)).toContain(url)
  })

  test('gives no escape sequence of outside words to the terminal', () => {
    const text = renderText(view([{ type: 'text', text: 'a\u001b[2Jb\u0007c\u202ed\u009bK' }]), plain)
    expect(text).toContain('a[2JbcdK')
    expect(text).not.toMatch(/[\u001b\u0007\u009b\u202e]/)
  })

  test('shows the time to the second, in the zone that was asked for', () => {
    const run: Run[] = [{ type: 'time', at: '2015-11-19T00:44:01.619Z' }]
    expect(renderText(view(run), plain)).toContain('19 Nov 2015, 00:44:01 UTC')
    expect(renderText(view(run), { ...plain, timeZone: 'Asia/Tokyo' })).toContain('09:44:01')
  })

  test('is the same words with and without colour', () => {
    const words = view([
      { type: 'text', text: 'The lamps ' },
      { type: 'text', text: 'stay', strong: true },
    ])
    const coloured = renderText(words, { ...plain, colour: true })
    expect(coloured).toContain('\u001b[')
    expect(coloured.replace(/\u001b\[\d*m/g, '')).toBe(renderText(words, plain))
  })
})
