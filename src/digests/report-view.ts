import type { Say } from '../messages/say.ts'
import type { DigestEntry, EntryView, Report, Run } from '../model.ts'
import { clip, linkTo, text, whenRun } from './runs.ts'

/** A reader checks two or three; the rest are counted, and the record holds all of them. */
const REPORTS_SHOWN = 4

/** Where the words can be checked: outlets with times and links, archived copies, first seen, the permanent id. */
export function viewReports(entry: DigestEntry, say: Say): Pick<EntryView, 'sources' | 'links'> {
  const id = say.runs('digest.id', { id: { type: 'code', text: clip(entry.id, 40) } })
  const [only, ...others] = entry.reports
  // Where one report is all there is, it is what was seen first: its line says both.
  if (only && others.length === 0 && only.published && only.published === entry.firstSeen)
    return {
      sources: [[...viewReport(only, say, whenRun('digest.first', 'time', only.published, say)), text(' · '), ...id]],
      links: linksOf(entry.reports, say),
    }
  const sources = entry.reports.slice(0, REPORTS_SHOWN).map((report) => viewReport(report, say))
  const more = entry.reports.length - REPORTS_SHOWN
  if (more > 0) sources.push([text(say.count('digest.reports.more', more))])
  sources.push([
    ...(entry.firstSeen
      ? whenRun('digest.first', 'time', entry.firstSeen, say)
      : [text(say.text('digest.first.unknown'))]),
    text(entry.reports.length > 1 ? ` · ${say.count('digest.reports', entry.reports.length)} · ` : ' · '),
    ...id,
  ])
  return { sources, links: linksOf(entry.reports, say) }
}

/** "BBC News · 16 November 2015 14:00 · [title](…) (bbc.co.uk) · archived copy …". */
function viewReport(report: Report, say: Say, seen?: Run[]): Run[] {
  const link = linkTo(report.url, clip(report.title ?? report.url ?? '', 120))
  const who = report.publisher ?? report.author?.name ?? report.author?.alternateName ?? link?.host
  const line: Run[] = [text(clip(who ?? say.text('digest.speaker.unknown'), 80), true), text(' · ')]
  if (seen) line.push(...seen)
  else if (report.published) line.push(...timeOf(report.published, say))
  else line.push(text(say.text('digest.report.undated')))
  if (link) line.push(text(' · '), link)
  else if (report.title) line.push(text(` · ${clip(report.title, 120)}`))
  if (report.reportedBy && outletKey(report.reportedBy) !== outletKey(who ?? ''))
    line.push(text(` · ${say.text('digest.report.via', { outlet: clip(report.reportedBy, 80) })}`))
  const copy = archived(report, say)
  if (copy) line.push(text(' · '), copy)
  return line
}

/** “the Gazette”, “Gazette” and “The Gazette” are one outlet. */
const outletKey = (name: string) => name.toLowerCase().replace(/^the\s+/, '')

function timeOf(iso: string, say: Say): Run[] {
  const instant = iso.includes('T') && !Number.isNaN(Date.parse(iso))
  return [instant ? { type: 'time', at: new Date(iso).toISOString() } : text(say.date(iso))]
}

function archived({ archivedAt }: Report, say: Say) {
  const [copy] = archivedAt
  if (!copy) return null
  const words = copy.capturedAt
    ? say.text('digest.archived.at', { date: say.date(copy.capturedAt) })
    : say.text('digest.archived')
  return linkTo(copy.url, words)
}

/** The earliest report that can be opened, and the first archived copy. */
function linksOf(reports: Report[], say: Say): EntryView['links'] {
  const read = reports.map(({ url }) => linkTo(url, '')).find((link) => link !== null)
  const copy = reports
    .flatMap(({ archivedAt }) => archivedAt.map(({ url }) => linkTo(url, '')))
    .find((link) => link !== null)
  const links: EntryView['links'] = []
  if (read)
    links.push({ label: say.text('digest.read', { host: clip(read.host, 50) }), url: read.url, host: read.host })
  if (copy) links.push({ label: say.text('digest.archive'), url: copy.url, host: copy.host })
  return links
}
