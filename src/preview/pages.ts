import type { DigestView } from '../model.ts'
import { drawRuns, escapeHtml } from './html.ts'
import type { ClaimSummary, ClaimTimeline, SourceHealth } from './preview.ts'
import { drawDigest, lines, message, page } from './render-page.ts'
import { contentPolicy } from './style.ts'

export type PageAnswer = { status: number; body: string | Uint8Array; type?: string }

const PLACES = [
  ['/', 'Digests'],
  ['/lookup', 'Look up'],
  ['/claims', 'Claims'],
  ['/sources', 'Sources'],
] as const

/** The page in its frame, with the way to the other pages. */
function framed(title: string, here: string, main: string, status = 200): PageAnswer {
  const items = PLACES.map(
    ([path, name]) => `<li><a href="${path}"${path === here ? ' aria-current="page"' : ''}>${name}</a></li>`,
  )
  const nav = `<nav aria-label="Pages"><ul>${items.join('')}</ul></nav>`
  return { status, body: page({ title, main, nav, policy: contentPolicy('self') }) }
}

export function digestsPage(digests: { view: DigestView; composedAt: string }[]): PageAnswer {
  const shown = digests.map(({ view, composedAt }) => drawDigest(view, composedAt))
  const main =
    shown.length > 0 ? shown.join('\n') : message('<h2>No digest yet</h2><p>The first one is on its way.</p>')
  return framed('Digests', '/', main)
}

export function lookupPage(asked: string, found: DigestView | null): PageAnswer {
  const form = `<form action="/lookup" method="get" role="search">
<label for="q">Words, a link, or the id of a record</label>
<input id="q" name="q" type="search" value="${escapeHtml(asked)}" maxlength="1500" required>
<button type="submit">Look up</button>
</form>`
  return framed('Look up', '/lookup', `${form}\n${found ? drawDigest(found) : ''}`)
}

export function claimsPage({ shown, more }: { shown: ClaimSummary[]; more: number }): PageAnswer {
  const rows = shown.map(
    ({ id, text, said }) =>
      `<tr><td><a href="/claim/${encodeURIComponent(id)}"><bdi>${escapeHtml(text)}</bdi></a></td><td>${said}</td></tr>`,
  )
  const table = `<div class="scroll" tabindex="0" role="region" aria-label="Known claims"><table class="slim"><caption>Known claims</caption>
<thead><tr><th scope="col">Claim</th><th scope="col">Statements</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`
  const rest =
    more > 0 ? `<p class="sub">And ${more.toLocaleString('en')} more: <a href="/lookup">look one up</a>.</p>` : ''
  return framed('Claims', '/claims', shown.length > 0 ? table + rest : '<p>No claims are known yet.</p>')
}

export function claimPage({ text, notes, moments }: ClaimTimeline, id: string): PageAnswer {
  const items = moments.map(
    ({ head, quotation, turned, sources, id }) => `<li><p>${drawRuns(head)}</p>
${quotation.map((runs) => `<blockquote dir="auto">${drawRuns(runs)}</blockquote>`).join('\n')}
${turned ? `<p>${drawRuns(turned)}</p>\n` : ''}${lines(sources, 'sub')}
<p class="sub"><a href="/record/${encodeURIComponent(id)}">Open record ${escapeHtml(id.slice(0, 12))}</a></p></li>`,
  )
  const picture = moments.some(({ at }) => at)
    ? `<p><img src="/timeline/${encodeURIComponent(id)}.png" alt="Who said it when; the list below holds the same" width="1600" height="600" loading="lazy"></p>`
    : ''
  const list =
    items.length > 0 ? `<ol class="timeline">${items.join('\n')}</ol>` : '<p>Nobody is on record as saying it.</p>'
  return framed(
    text.slice(0, 80),
    '/claims',
    message(`<h2><bdi>${escapeHtml(text)}</bdi></h2>\n${lines(notes)}\n${picture}\n${list}`),
  )
}

export function sourcesPage(sources: SourceHealth[]): PageAnswer {
  const rows = sources.map(
    (
      source,
    ) => `<tr role="row"><th scope="row" role="rowheader"><bdi>${escapeHtml(source.name)}</bdi><br><span class="sub">${escapeHtml(source.address)}</span></th>
<td role="cell" data-label="State">${stateOf(source)}</td><td role="cell" data-label="Last read">${timeOf(source.lastReadAt)}</td><td role="cell" data-label="Next">${timeOf(source.nextReadAt)}${source.nextReadBecause ? `<br><span class="sub">${escapeHtml(source.nextReadBecause)}</span>` : ''}</td></tr>`,
  )
  const table = `<div class="scroll" tabindex="0" role="region" aria-label="Sources"><table class="cards" role="table"><caption>Sources</caption>
<thead role="rowgroup"><tr role="row">${['Source', 'State', 'Last read', 'Next'].map((name) => `<th scope="col" role="columnheader">${name}</th>`).join('')}</tr></thead>
<tbody role="rowgroup">${rows.join('\n')}</tbody></table></div>`
  return framed('Sources', '/sources', sources.length > 0 ? table : '<p>No sources are configured.</p>')
}

function stateOf({ enabled, trouble, silent, lastReadAt }: SourceHealth): string {
  if (!enabled) return 'switched off'
  if (trouble) return `<span class="bad">in trouble:</span> ${escapeHtml(trouble)}`
  if (silent) return `<span class="bad">silent:</span> ${escapeHtml(silent)}`
  return lastReadAt ? '<span class="ok">reads well</span>' : 'not read yet'
}

const timeOf = (at: string | null) => (at ? drawRuns([{ type: 'time', at }]) : '–')

const WHY: Record<number, string> = {
  404: 'There is no such page.',
  405: 'This page is only for reading.',
  421: 'This page answers on this machine only.',
  500: 'Something went wrong; the log says what.',
}

export const missingPage = (status: number): PageAnswer =>
  framed('Not here', '', `<p>${WHY[status] ?? 'Not here.'}</p>`, status)
