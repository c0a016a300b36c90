/** An invented page with the paragraphs that are its article, and words that stand around it and are not. */
export type InventedPage = { name: string; html: string; paragraphs: string[]; around: string[] }

const SUBJECTS = [
  'The ferry',
  'The harbour office',
  'A lecturer in law',
  'The council of Port Ellery',
  'The campaign group',
  'The network operator',
  'A fisherman',
  'The mayor',
]
const DEEDS = [
  'said on Monday that the repairs had cost more than anybody had planned',
  'asked for a list of every camera on the promenade by the end of the week',
  'rejected the charge and pointed to the letter that was sent in January',
  'will publish the figures of the last winter before the next meeting',
  'has not answered a request for comment that was made on Tuesday',
  'called the plan a careful first step towards an honest tariff',
  'wants to know who decided to switch the lights off at midnight',
  'counted the boats that left before the storm and found three missing',
]
const TAILS = [
  'although the weather had been mild.',
  'after a quarrel that lasted all winter.',
  'which nobody in the town had expected.',
  'as the minutes of the meeting show.',
  'and there is little time left.',
]

/** Sentences that no two pages share in the same order, so that a wrong paragraph is seen. */
function paragraphs(seed: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const sentence = (n: number) =>
      `${SUBJECTS[(seed * 3 + i + n) % SUBJECTS.length]} ${DEEDS[(seed + i * 2 + n * 3) % DEEDS.length]}, ${TAILS[(seed + i + n) % TAILS.length]}`
    return `${sentence(0)} ${sentence(1)} ${i % 2 === 0 ? sentence(2) : `“${sentence(3)}” she added.`}`
  })
}

const NAV =
  '<nav><ul><li><a href="/">Front page</a></li><li><a href="/tides">Tide tables</a></li><li><a href="/sport">Sport</a></li></ul></nav>'
const SHARE = '<div class="share-buttons"><a href="#">Share this story</a> <a href="#">Send by mail</a></div>'
const RELATED =
  '<aside class="related-articles"><h3>More from the harbour</h3><ul><li><a href="/a">Seven recipes with herring</a></li><li><a href="/b">Why the lighthouse was painted green</a></li></ul></aside>'
const COMMENTS =
  '<section id="comments"><h2>Comments</h2><div class="comment"><p>First! I have always said so, and nobody listened to me at the time.</p></div><div class="comment"><p>My neighbour keeps bees and they never minded the cameras at all.</p></div></section>'
const FOOTER = '<footer><p>All rights reserved. Printed on recycled paper. Terms of use and imprint.</p></footer>'
const BANNER =
  '<div id="cookie-banner" role="dialog"><p>We use cookies to remember your choices.</p><button>Accept</button></div>'
const AROUND = [
  'Tide tables',
  'Share this story',
  'Seven recipes with herring',
  'First! I have always said so',
  'Terms of use and imprint',
  'We use cookies',
]

const p = (texts: string[]) => texts.map((text) => `<p>${text}</p>`).join('\n')
const page = (head: string, body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title>${head}</head><body>${body}</body></html>`

/** Ten ways in which sites put an article on a page. */
export function inventedPages(): InventedPage[] {
  const shapes: [string, (texts: string[]) => string][] = [
    [
      'article element',
      (t) => page('', `${NAV}<main><article><h1>Ferry</h1>${p(t)}</article>${RELATED}</main>${COMMENTS}${FOOTER}`),
    ],
    [
      'divisions with classes',
      (t) =>
        page(
          '',
          `${NAV}<div id="wrap"><div class="sidebar">${RELATED}</div><div class="story-body"><h1>Ferry</h1>${SHARE}${p(t)}${SHARE}</div></div>${COMMENTS}${FOOTER}`,
        ),
    ],
    [
      'line breaks in place of paragraphs',
      (t) => page('', `${NAV}<div class="entry-content"><h1>Ferry</h1>${t.join('<br><br>')}</div>${COMMENTS}${FOOTER}`),
    ],
    [
      'table layout',
      (t) =>
        page(
          '',
          `<table><tr><td width="150">${NAV}${RELATED}</td><td class="content"><h1>Ferry</h1>${p(t)}</td></tr></table>${FOOTER}`,
        ),
    ],
    [
      'advertisements between paragraphs',
      (t) =>
        page(
          '',
          `${NAV}<article>${t.map((text) => `<p>${text}</p><div class="ad-slot"><a href="/ad">Buy a better boat now</a></div>`).join('')}</article>${FOOTER}`,
        ),
    ],
    [
      'a quotation and a picture inside',
      (t) =>
        page(
          '',
          `${NAV}<article><figure><img src="a.jpg" alt=""><figcaption>Port Ellery in winter</figcaption></figure><p>${t[0]}</p><blockquote><p>${t[1]}</p></blockquote>${p(t.slice(2))}</article>${COMMENTS}${FOOTER}`,
        ),
    ],
    [
      'a banner before all',
      (t) => page('', `${BANNER}${NAV}<div role="main"><h1>Ferry</h1>${p(t)}</div>${RELATED}${FOOTER}`),
    ],
    [
      'sections with headings',
      (t) =>
        page(
          '',
          `${NAV}<article><header><h1>Ferry</h1><p class="byline">By Ines Varga</p></header>${t.map((text, i) => `<section><h2>Part ${i + 1}</h2><p>${text}</p></section>`).join('')}</article>${RELATED}${COMMENTS}${FOOTER}`,
        ),
    ],
    [
      'comments longer than the article',
      (t) => page('', `${NAV}<article class="post">${p(t)}</article>${COMMENTS.repeat(6)}${FOOTER}`),
    ],
    [
      'microdata and no article element',
      (t) =>
        page(
          '',
          `${NAV}<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">Ferry</h1><div itemprop="articleBody">${p(t)}</div></div>${SHARE}${RELATED}${FOOTER}`,
        ),
    ],
  ]
  return shapes.flatMap(([name, shape], i) =>
    [4, 9].map((count) => {
      const texts = paragraphs(i * 5 + count, count)
      return { name: `${name}, ${count} paragraphs`, html: shape(texts), paragraphs: texts, around: AROUND }
    }),
  )
}
