import type { DigestView, EntryView, Run } from '../model.ts'
import { drawLink, drawRuns, escapeHtml } from './html.ts'
import { contentPolicy, STYLE } from './style.ts'

/** A digest as a page of its own: opens from a file, asks nothing of anybody. */
export function renderHtml(view: DigestView, language = 'en'): string {
  return page({ title: view.title, language, main: drawDigest(view), policy: contentPolicy('none') })
}

export type Page = { title: string; language?: string; main: string; policy: string; nav?: string }

/** The frame of every page. `main` and `nav` are markup. */
export function page({ title, language = 'en', main, policy, nav = '' }: Page): string {
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)} · Onrecord</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the digest</a>
<header><h1>Onrecord</h1>${nav}</header>
<main id="main" tabindex="-1">
${main}
</main>
</body>
</html>
`
}

/** One digest as a message. */
export function drawDigest(view: DigestView, at: string | null = null): string {
  const sections = view.sections.map(
    ({ heading, notes, groups, also = [] }) => `<section>
<h3>${drawRuns(heading)}</h3>
${lines(notes)}
${groups.flatMap(({ entries }) => entries.map((entry) => drawEntry(entry))).join('\n')}
${also.length > 0 ? `<ul class="also">${also.map((runs) => `<li>${drawRuns(runs)}</li>`).join('')}</ul>` : ''}
</section>`,
  )
  const closing = view.closing.map(
    (part) => `<section><h3>${drawRuns(part.heading)}</h3>\n${lines(part.lines, 'sub')}</section>`,
  )
  const inner = `<h2><bdi>${escapeHtml(view.title)}</bdi></h2>
${lines(view.summary)}
${[...sections, ...closing].join('\n')}
${view.id ? `<hr><p class="sub">Digest <code>${escapeHtml(view.id.slice(0, 20))}</code></p>` : ''}`
  return message(inner, view.tone, at)
}

/** Markup inside a container, beside the bot's name, as a message looks in a channel. */
export function message(inner: string, tone: EntryView['tone'] = 'plain', at: string | null = null): string {
  const when = at ? ` ${drawRuns([{ type: 'time', at }])}` : ''
  return `<div class="message"><div class="avatar" aria-hidden="true">OR</div><div>
<div class="byline">Onrecord<span class="app">APP</span>${when}</div>
<div class="container ${tone}">
${inner}
</div></div></div>`
}

/** Who, the words, what they mean for a claim, where to check. */
export function drawEntry(entry: EntryView, heading: 'h3' | 'h4' = 'h4'): string {
  const words = entry.quotation.map((runs) => `<blockquote dir="auto">${drawRuns(runs)}</blockquote>`)
  const links = entry.links.map(
    ({ label, url, host }) =>
      `<li>${drawLink(url, `${escapeHtml(label)}<span hidden> ${escapeHtml(host)}</span>`, 'button')}</li>`,
  )
  return `<article id="record-${escapeHtml(entry.id.replace(/[^\w-]/g, '-'))}">
<${heading}>${drawRuns(entry.head)}</${heading}>
${words.join('\n')}
${lines(entry.findings)}
${lines(entry.sources, 'sub')}
${links.length > 0 ? `<ul class="buttons">${links.join('')}</ul>` : ''}
${entry.citation ? `<details><summary>To cite it</summary><p class="cite">${escapeHtml(entry.citation)}</p></details>` : ''}
</article>`
}

export const lines = (runs: Run[][], kind = ''): string =>
  runs.map((line) => `<p${kind ? ` class="${kind}"` : ''}>${drawRuns(line)}</p>`).join('\n')
