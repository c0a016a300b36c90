import { english, type Say } from '../messages/say.ts'
import type { DigestView, LookupAnswer, Run } from '../model.ts'
import { citation } from './citation.ts'
import { viewClaimNotes, viewEntry } from './digest-view.ts'
import { clip, linkTo, text, whenRun } from './runs.ts'

/**
 * What is known of a text or a link, laid out as a digest is: the claims behind it, then who said it, first when.
 *
 * @param readAt ISO 8601: each entry then carries a citation that says so
 */
export function viewLookup(answer: LookupAnswer, say: Say = english, readAt: string | null = null): DigestView {
  const { asked, document, trouble, claims, entries } = answer
  const summary: Run[][] = [[text(`“${clip(asked, 300)}”`)]]
  if (trouble) summary.push([text(say.text('lookup.trouble', { reason: clip(trouble, 200) }))])
  if (document) {
    const title = clip(document.title ?? document.url ?? '', 150)
    const line: Run[] = [linkTo(document.url, title) ?? text(title)]
    if (document.published) line.push(text(' · '), ...whenRun('lookup.published', 'time', document.published, say))
    summary.push(line)
    if (!document.onRecord) summary.push([text(say.text('lookup.unrecorded'))])
  }
  if (claims.length === 0 && entries.length === 0 && !trouble) summary.push([text(say.text('lookup.nothing'))])
  const sections: DigestView['sections'] = claims.map(({ claim, match }) => ({
    heading: say.runs('digest.claim', { claim: text(clip(claim.text, 180), true) }),
    notes: [
      [
        text(
          say.text(match.decision === 'match' ? 'lookup.match' : 'lookup.unsure', {
            percent: Math.round(match.score * 100),
          }),
        ),
        ...(match.relation ? [text(` ${say.text(`digest.relation.${match.relation}`)}`)] : []),
      ],
      ...viewClaimNotes({ ...claim, title: null }, say),
    ],
    groups: [],
  }))
  if (entries.length > 0)
    sections.push({
      heading: [text(say.count('lookup.entries', entries.length), true)],
      notes: [],
      groups: [
        {
          heading: [],
          entries: entries.map((entry) => ({
            ...viewEntry(entry, say),
            ...(readAt ? { citation: citation(entry, readAt) } : {}),
          })),
        },
      ],
    })
  return {
    id: '',
    title: say.text('lookup.title'),
    tone: claims.some(({ match }) => match.decision === 'match') ? 'notable' : 'plain',
    summary,
    sections,
    closing: [],
  }
}
