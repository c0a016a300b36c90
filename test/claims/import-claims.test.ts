import { describe, expect, test } from 'vitest'
import { type ExportFormat, exportClaims } from '../../src/claims/export-claims.ts'
import { parseClaims } from '../../src/claims/import-claims.ts'
import { aClaim } from '../support/nouns.ts'

const read = (text: string, format: string) => parseClaims(text, { format, where: `claims.${format}` })
const review = (more: object = {}) => ({
  '@context': 'https://schema.org',
  '@type': 'ClaimReview',
  claimReviewed: 'The lamp never went out.',
  url: 'https://checks.example/lamp',
  datePublished: '2025-02-03',
  author: { '@type': 'Organization', name: 'Checks', url: 'https://checks.example/' },
  itemReviewed: { '@type': 'Claim', author: { '@type': 'Person', name: 'Mira Sol' }, datePublished: '2025-01-02' },
  reviewRating: { '@type': 'Rating', ratingValue: 1, bestRating: 5, alternateName: 'False' },
  ...more,
})

describe('a ClaimReview', () => {
  test('becomes a claim with its claimant, date and verdict', () =>
    expect(read(JSON.stringify(review()), 'json')).toMatchObject({
      claims: [
        {
          text: 'The lamp never went out.',
          claimant: 'Mira Sol',
          date: '2025-01-02',
          reviews: [
            { publisher: 'Checks', url: 'https://checks.example/lamp', rating: 'False', reviewed: '2025-02-03' },
          ],
        },
      ],
      problems: [],
    }))

  test('is found in a DataFeed dump, a graph, a list, and in a page', () => {
    const feed = { '@type': 'DataFeed', dataFeedElement: [{ '@type': 'DataFeedItem', item: [review()] }] }
    const graph = { '@graph': [{ '@type': 'WebPage' }, review()] }
    const page = `<html><head><script type="application/ld+json">${JSON.stringify(review())}</script></head><p>Hello</p></html>`
    for (const text of [feed, graph, [review()]].map((one) => JSON.stringify(one)))
      expect(read(text, 'json').claims).toHaveLength(1)
    expect(read(page, 'html').claims).toHaveLength(1)
  })

  test('is mended where it is messy, and what is lost is listed', () => {
    const messy = review({
      claimReviewed: '<p>The &amp; lamp</p>',
      url: '/lamp',
      datePublished: '2025-13-45',
      author: [{ '@type': 'Organization', name: 'Checks', url: 'https://checks.example/' }],
      itemReviewed: [{ author: 'Mira Sol', datePublished: 'March 3, 2024' }],
      reviewRating: undefined,
    })
    const { claims, problems } = read(JSON.stringify(messy), 'json')
    expect(claims[0]).toMatchObject({
      text: 'The & lamp',
      claimant: 'Mira Sol',
      date: '2024-03-03',
      reviews: [{ url: 'https://checks.example/lamp', rating: null, reviewed: null }],
    })
    expect(problems.map(({ reason }) => reason).join()).toMatch(/no rating.*|no date/)
    expect(problems).toHaveLength(2)
  })

  test('without its claim is listed and the rest is read', () => {
    const { claims, problems } = read(JSON.stringify([review({ claimReviewed: undefined }), review()]), 'json')
    expect(claims).toHaveLength(1)
    expect(problems[0]).toMatchObject({ where: 'claims.json:1#1', reason: expect.stringContaining('no claimReviewed') })
  })

  test('of the same claim by another publisher adds its review to the claim', () => {
    const second = review({
      claimReviewed: 'the lamp NEVER went out',
      author: { name: 'Facts' },
      url: 'https://facts.example/1',
    })
    const { claims } = read(JSON.stringify([review(), second]), 'json')
    expect(claims).toHaveLength(1)
    expect(claims[0]?.reviews.map(({ publisher }) => publisher)).toEqual(['Checks', 'Facts'])
  })
})

describe('a messy dump', () => {
  const lines = [
    '{',
    '  "@context": "https://schema.org", "@type": "DataFeed",',
    '  "dataFeedElement": [',
    '    "https://checks.example/a-link-where-an-item-is-meant",',
    `    {"@type": "DataFeedItem", "item": ${JSON.stringify(review())}},`,
    '    {"@type": "Article",',
    '     "headline": "How we check"},',
    '    {"@type": "DataFeedItem"},',
    '    {"@type": "DataFeedItem", "item": {"@type": "ClaimReview",',
    '      "datePublished": "someday", "claimReviewed": "Oil is dear.", "reviewRating": {"ratingValue": 2}}},',
    '    null, 7,',
    '    {"@type": "DataFeedItem", "item": [{"@type": "ClaimReview", "url": "https://checks.example/bare"}]}',
    '  ]',
    '}',
  ]

  test('gives what is usable, and names the line, the item and the reason of everything else', () => {
    const { claims, problems } = read(lines.join('\n'), 'json')
    expect(claims.map(({ text }) => text)).toEqual(['The lamp never went out.', 'Oil is dear.'])
    expect(problems.map(({ where, reason }) => `${where} ${reason}`)).toEqual([
      'claims.json:4#1 is the text “https://checks.example/a-link-where-an-i”, no ClaimReview',
      'claims.json:6#3 is of the type Article and holds no ClaimReview',
      'claims.json:8#4 is of the type DataFeedItem and holds no ClaimReview',
      'claims.json:9#5 datePublished “someday” is no date; it is left out',
      'claims.json:11#6 is empty, no ClaimReview',
      'claims.json:11#7 is the number 7, no ClaimReview',
      'claims.json:12#8 has no claimReviewed: a review without its claim is of no use',
    ])
  })

  test('that is cut off gives what stood whole before, and the line of the break', () => {
    const { claims, problems } = read(lines.slice(0, 9).join('\n'), 'json')
    expect(claims.map(({ text }) => text)).toEqual(['The lamp never went out.'])
    expect(problems.at(-1)).toMatchObject({ where: 'claims.json:9', reason: expect.stringContaining('is no JSON') })
  })

  test('in a page is told by the line of the page, and what else the page says of itself is no problem', () => {
    const page = [
      '<html><head>',
      '<script type="application/ld+json">{"@type": "WebSite", "name": "Checks"}</script>',
      '<script type="application/ld+json">',
      '[{"@type": "Organization"},',
      '{"@type": "ClaimReview", "url": "https://checks.example/bare"}]',
      '</script></head></html>',
    ].join('\n')
    expect(read(page, 'html').problems).toMatchObject([
      { where: 'claims.html:5', reason: expect.stringContaining('no claimReviewed') },
    ])
  })

  test('as JSON lines is told by the line of the file', () => {
    const { claims, problems } = read(`${JSON.stringify(review())}\n{"@type":"Article"}\n`, 'jsonl')
    expect(claims).toHaveLength(1)
    expect(problems).toEqual([{ where: 'claims.jsonl:2', reason: 'is of the type Article and holds no ClaimReview' }])
  })
})

describe('a table of claims', () => {
  test('is read by the names of its columns, quoted cells and line breaks in them included', () => {
    const { claims, problems } = read(
      'Claim,Speaker,Verdict,notes\r\n"A ""big"" lamp,\nlit",Mira,False,x\r\nPlain,,,\r\n',
      'csv',
    )
    expect(problems).toEqual([])
    expect(claims).toMatchObject([
      { text: 'A "big" lamp, lit', claimant: 'Mira', reviews: [{ rating: 'False' }] },
      { text: 'Plain', claimant: null },
    ])
  })
  test('tells bad rows with their line', () =>
    expect(read('id\ttext\n1\tlamp\n2\t\n3\t"loose mark\n', 'tsv')).toMatchObject({
      claims: [{ id: '1' }, { id: '3', text: '"loose mark' }],
      problems: [{ where: 'claims.tsv:3', reason: 'has no text' }],
    }))
  test('with a mark that never closes loses one line, not the rest', () => {
    const { claims, problems } = read('text\n"never closed\nsecond\nthird\n', 'csv')
    expect(problems[0]?.where).toBe('claims.csv:2')
    expect(claims.map(({ text }) => text)).toEqual(['second', 'third'])
  })
  test('without a column for the text says so', () =>
    expect(read('a,b\n1,2', 'csv').problems[0]?.reason).toContain('must be “text”'))
})

describe('other files', () => {
  test('YAML and JSON lines tell the line of what they cannot use', () => {
    expect(read('claims:\n  - text: lamp\n  - title: no text\n', 'yaml')).toMatchObject({
      claims: [{ text: 'lamp' }],
      problems: [{ where: 'claims.yaml:3' }],
    })
    expect(read('{"id":"1","text":"lamp"}\nnonsense\n{"id":2,"text":"oil"}', 'jsonl')).toMatchObject({
      claims: [{ id: '1' }, { id: '2' }],
      problems: [{ where: 'claims.jsonl:2' }],
    })
  })
  test('of an unknown kind are refused in words', () =>
    expect(read('x', 'docx').problems[0]?.reason).toContain('no format of claims'))
  test('in which one id has two texts keep the first and say so', () =>
    expect(read('{"id":"1","text":"lamp"}\n{"id":"1","text":"oil"}', 'jsonl')).toMatchObject({
      claims: [{ text: 'lamp' }],
      problems: [{ where: '1' }],
    }))
  test('survive any bytes', () => {
    for (const format of ['json', 'jsonl', 'csv', 'tsv', 'yaml', 'html'])
      for (const text of ['', '\u0000', '{', '[[[[', '"'.repeat(5000), '<script type="application/ld+json">{', 'a: [b'])
        expect(() => read(text, format)).not.toThrow()
  })
})

describe('an export', () => {
  test.each(['csv', 'tsv'] as const)(
    'as %s holds nothing that a spreadsheet would run, and reads back as it was',
    (format) => {
      const texts = [
        '=1+1',
        '+49 harbours are open',
        '-5 degrees were measured',
        '@all lamps burn',
        "'=quoted already",
        'plain words',
      ]
      const claims = texts.map((words, i) => aClaim({ id: `c${i}`, text: words, title: words }))
      const file = exportClaims(claims, format)
      expect(file).not.toMatch(/(?:^|[,\t\n"])[=+\-@]/m)
      const { claims: read } = parseClaims(file, { where: `claims.${format}`, format, owner: 'operator' })
      expect(read.map(({ text }) => text)).toEqual(texts)
    },
  )

  test.each(['jsonl', 'json', 'tsv', 'csv', 'yaml'])('as %s is read again without loss', (format) => {
    const { claims } = read(
      JSON.stringify([
        review(),
        review({ claimReviewed: 'Oil, "pure"\tand\ncheap', reviewRating: { alternateName: 'True' } }),
      ]),
      'json',
    )
    const again = read(exportClaims(claims, format as ExportFormat), format)
    expect(again.problems).toEqual([])
    expect(again.claims.map(({ text, claimant, reviews }) => ({ text, claimant, reviews }))).toEqual(
      claims.map(({ text, claimant, reviews }) => ({ text, claimant, reviews })),
    )
  })
})
