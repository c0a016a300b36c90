import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { liftTexts } from '../../src/sources/lift-texts.ts'
import { readWithRssParser } from '../../src/sources/rss-parser-entries.ts'

const long = 'The lamps on the quay burn all night, and nobody was asked whether they should. '
const rss = (inner: string) => `<rss version="2.0"><channel><title>Gazette</title>${inner}</channel></rss>`

describe('a feed whose long texts are lifted out', () => {
  test('keeps its elements, and little else', () => {
    const { xml } = liftTexts(rss(`<item><title>Lamps</title><description>${long}</description></item>`))
    expect(xml).toMatch(/<item><title>Lamps<\/title><description>.{3}<\/description><\/item>/)
  })

  test('reads as it was written: literal and escaped, short and long, beside markup that is text', async () => {
    const { entries } = await readWithRssParser(
      rss(
        `<item><title><![CDATA[Short]]></title><description><![CDATA[<p>${long}</p> > 3]]></description></item>
        <item><title>  ${long}</title><description>${long}&lt;b&gt;Tom &amp;amp; Ann&lt;/b&gt; &#233;</description></item>
        <item><title>a <![CDATA[${long}]]> z</title><description><![CDATA[<a xmlns:x="y" href="z">]]></description></item>`,
      ),
    )
    expect(entries).toMatchObject([
      { title: 'Short', summary: `<p>${long}</p> > 3` },
      { title: long.trim(), summary: `${long}<b>Tom &amp; Ann</b> é` },
      { title: `a ${long} z`, summary: '<a xmlns:x="y" href="z">' },
    ])
  })

  test('cannot borrow a text by writing the mark of one', async () => {
    const { entries } = await readWithRssParser(
      rss(`<item><title>\ue0000\ue001</title><description>${long}</description></item>`),
    )
    expect(entries[0]).toMatchObject({ title: '\ue0000\ue001', summary: long.trim() })
  })

  test('gives any text back', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }).map((one) => `a${one}z`)
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (words, isLiteral) => {
        const safe = words.replace(/[^\P{C}\n]/gu, '').replaceAll(']]>', '')
        const escaped = safe.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
        const written = isLiteral ? `<![CDATA[${safe}]]>` : escaped
        const { entries } = await readWithRssParser(
          rss(`<item><title>${written}</title><description>${written}${written}</description></item>`),
        )
        expect(entries[0]).toMatchObject({ title: safe, summary: safe + safe })
      }),
      { numRuns: 300 },
    )
  })
})
