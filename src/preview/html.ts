import type { Run } from '../model.ts'

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text from outside as text, in elements and in quoted attributes. Control characters are left out. */
export const escapeHtml = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '')
    .replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark)

/** A line of runs. Words from outside keep their own direction; a link shows the host it truly leads to. */
export function drawRuns(runs: Run[]): string {
  return runs.map(drawRun).join('')
}

function drawRun(run: Run): string {
  switch (run.type) {
    case 'time':
      return `<time datetime="${escapeHtml(run.at)}">${escapeHtml(run.at.slice(0, 16).replace('T', ' '))} UTC</time>`
    case 'code':
      return `<code>${escapeHtml(run.text)}</code>`
    case 'link':
      return `${drawLink(run.url, `<bdi>${escapeHtml(run.text || run.host)}</bdi>`)} <span class="host">(${escapeHtml(run.host)})</span>`
    default:
      return struck(run, run.strong ? `<strong><bdi>${escapeHtml(run.text)}</bdi></strong>` : bare(run.text))
  }
}

const struck = (run: { struck?: true }, html: string) => (run.struck ? `<del>${html}</del>` : html)

const RIGHT_TO_LEFT = /[\u0590-\u08FF\u202A-\u202E\u2066-\u2069]/
const bare = (text: string) => (RIGHT_TO_LEFT.test(text) ? `<bdi>${escapeHtml(text)}</bdi>` : escapeHtml(text))

/** Opens elsewhere, tells the other side nothing of this page. Only http and https addresses become links. */
export function drawLink(url: string, inner: string, kind = ''): string {
  if (!/^https?:\/\//i.test(url)) return inner
  return `<a${kind ? ` class="${kind}"` : ''} href="${escapeHtml(url)}" target="_blank" rel="noopener noreferrer nofollow">${inner}</a>`
}
