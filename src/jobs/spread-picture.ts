import type { Say } from '../messages/say.ts'
import type { DigestEntry, Report } from '../model.ts'
import { FONTS } from '../pictures/fonts.ts'
import type { Carried } from '../pictures/spread.ts'
import { LONGEST_WORDS, type Picture } from './picture.ts'

/** Where a report stood, as people call the place. */
export const outletOf = ({ publisher, author, url }: Pick<Report, 'publisher' | 'author' | 'url'>): string =>
  publisher ?? author?.name ?? author?.alternateName ?? (url && URL.canParse(url) ? new URL(url).host : '–')

/** The reports of an entry of which it is known when they came, oldest first. */
export function datedReports({ reports }: Pick<DigestEntry, 'reports'>): (Report & Carried)[] {
  return reports
    .flatMap((report) =>
      report.published && !Number.isNaN(Date.parse(report.published))
        ? [{ ...report, outlet: outletOf(report), at: report.published }]
        : [],
    )
    .sort((a, b) => (a.at < b.at ? -1 : 1))
}

/** How the words of an entry spread from outlet to outlet; null where fewer than `least` outlets are dated. */
export async function drawEntry(entry: DigestEntry, say: Say, least = 1): Promise<Picture | null> {
  const reports = datedReports(entry)
  const outlets = new Set(reports.map(({ outlet }) => outlet)).size
  if (outlets < least) return null
  const names = {
    first: say.text('spread.first'),
    later: say.text('spread.again'),
    outlets: say.text('spread.outlets'),
    more: (count: number) => say.count('spread.more', count),
  }
  // Charts are large: they are read when the first picture is asked for.
  const { drawSpread } = await import('../pictures/spread.ts')
  const title = entry.words.map(({ content }) => content).join(' … ')
  const data = drawSpread({ title, reports, names, language: say.language }, FONTS)
  const times = reports.map(({ outlet, at }) => `${at.slice(0, 16).replace('T', ' ')} ${outlet}`)
  const words = `${say.text('spread.words', { outlets })} ${times.join('; ')}`
  const name = `spread-${entry.id.replace(/[^\w-]/g, '').slice(0, 40)}.png`
  return { name, data, description: words.toWellFormed().slice(0, LONGEST_WORDS).toWellFormed() }
}
