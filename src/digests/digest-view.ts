import { english, type Say } from '../messages/say.ts'
import type {
  Claim,
  Digest,
  DigestEntry,
  DigestGroup,
  DigestView,
  EmergingNote,
  EntryView,
  Review,
  Run,
} from '../model.ts'
import { allEntries } from './entries.ts'
import { viewReports } from './report-view.ts'
import { isTakenBack, struckIf, viewRevisions } from './revision-view.ts'
import { clip, linkTo, text, whenRun } from './runs.ts'
import { isFragment } from './weight.ts'

/**
 * Lays out a digest: what text stands where, in one language. Terminal, page and Discord draw what this says. Names and
 * titles from outside are cut to a readable length; quotations never are.
 */
export function viewDigest(digest: Digest, say: Say = english): DigestView {
  const sections: DigestView['sections'] = digest.claims.map(({ claim, speakers }) => ({
    claimId: claim.id,
    heading: say.runs('digest.claim', { claim: text(clip(claim.title ?? claim.text, 180), true) }),
    notes: viewClaimNotes(claim, say),
    ...viewGroups(speakers, say),
  }))
  if (digest.unmatched.length > 0)
    sections.push({
      heading: [text(say.text('digest.unmatched'), true)],
      notes: [],
      ...viewGroups(digest.unmatched, say),
    })
  const tones = sections.flatMap(({ groups }) => groups.flatMap(({ entries }) => entries.map(({ tone }) => tone)))
  return {
    id: digest.id,
    title: clip(titleOf(digest, say), 200),
    tone: tones.includes('urgent') ? 'urgent' : tones.includes('notable') ? 'notable' : 'plain',
    summary: viewSummary(digest, say),
    sections,
    closing: viewClosing(digest, say),
  }
}

/** A title of our own in the reader's language; any other as it stands. */
function titleOf({ title, sample }: Digest, say: Say): string {
  const ours = sample ? 'digest.title.sample' : 'digest.title'
  return title === english.text(ours) ? say.text(ours) : title
}

/** One entry by itself, as a lookup shows it: with the claim it bears on, where that is known. */
export function viewEntry(entry: DigestEntry, say: Say = english, claim: Claim | null = null): EntryView {
  const match = entry.parted ? null : entry.match
  const findings: Run[][] = viewRevisions(entry, say)
  if (claim)
    findings.push(say.runs('digest.claim', { claim: text(clip(claim.text, 300), true) }), ...viewReviews(claim, say))
  if (match?.decision === 'unsure') findings.push([text(say.text('digest.unsure'))])
  else if (match?.relation && match.relation !== 'related')
    findings.push([text(say.text(`digest.relation.${match.relation}`))])
  for (const figures of (match?.evidence.figures ?? []).slice(0, 5))
    findings.push(
      say.runs('digest.figure', {
        claim: text(clip(figures.claim, 60), true),
        statement: text(clip(figures.statement, 60), true),
      }),
    )
  if (entry.turned && match?.decision === 'match') findings.push(viewTurn(entry.turned, say))
  const changed = (match?.evidence.figures ?? []).map(({ statement }) => statement)
  const { sources, links } = viewReports(entry, say)
  return {
    id: entry.id,
    tone: toneOf(entry),
    head: viewHead(entry, say),
    quotation: entry.words.map(({ content, directness }) =>
      struckIf(isTakenBack(entry), [
        ...(directness === 'direct' ? [text('“')] : []),
        ...markFigures(content, changed),
        ...(directness === 'direct' ? [text('”')] : []),
      ]),
    ),
    findings,
    sources,
    links,
  }
}

/** The claim's own lines: its words where the title stood above them, who first claimed it, and every verdict. */
export function viewClaimNotes(claim: Claim, say: Say): Run[][] {
  const lines: Run[][] = []
  if (claim.title && claim.title !== claim.text) lines.push([text(clip(claim.text, 500))])
  const values = { claimant: clip(claim.claimant ?? '', 100), date: claim.date ? say.date(claim.date) : '' }
  if (claim.claimant && claim.date) lines.push([text(say.text('digest.claimant.dated', values))])
  else if (claim.claimant) lines.push([text(say.text('digest.claimant', values))])
  else if (claim.date) lines.push([text(say.text('digest.claim.dated', values))])
  // That nobody reviewed it is no news: it stands beside who claimed it.
  const reviews = viewReviews(claim, say)
  const last = lines.at(-1)
  if (!isReviewed(claim) && claim.claimant && last)
    return [...lines.slice(0, -1), [...last, text(' · '), ...reviews.flat()]]
  return [...lines, ...reviews]
}

const isReviewed = ({ reviews }: Claim): boolean => reviews.some(({ rating }) => rating)

/** A verdict is never shown without who gave it and when. */
function viewReviews({ reviews }: Claim, say: Say): Run[][] {
  const rated = reviews.filter(({ rating }) => rating)
  if (rated.length === 0) return [[text(say.text('digest.unreviewed'))]]
  return rated.slice(0, 5).map((review) => viewReview(review, say))
}

function viewReview(review: Review, say: Say): Run[] {
  const name = clip(review.publisher ?? say.text('digest.reviewer.unknown'), 100)
  return say.runs(review.reviewed ? 'digest.review' : 'digest.review.undated', {
    rating: text(clip(review.rating ?? '', 100), true),
    publisher: linkTo(review.url, name) ?? text(name),
    date: review.reviewed ? say.date(review.reviewed) : '',
  })
}

/** What says something, by speaker; then the fragments, a line each. */
function viewGroups(groups: DigestGroup[], say: Say): Pick<DigestView['sections'][number], 'groups' | 'also'> {
  const also = groups.flatMap(({ entries }) => entries.filter(isFragment)).map((entry) => viewFragment(entry, say))
  return {
    groups: groups.flatMap(({ speaker, entries }) => {
      const shown = entries.filter((entry) => !isFragment(entry)).map((entry) => viewEntry(entry, say))
      return shown.length > 0 ? [{ heading: [text(clip(speaker, 100), true)], entries: shown }] : []
    }),
    ...(also.length > 0 ? { also } : {}),
  }
}

/** "**Anonymous** · attacked · web services startup … · The Guardian · record 0cb46317e2cd". */
function viewFragment({ id, speaker, cue, words, reports: [report] }: DigestEntry, say: Say): Run[] {
  const parts: Run[] = [text(clip(speaker?.name ?? say.text('digest.speaker.unknown'), 100), true)]
  const add = (...runs: Run[]) => parts.push(text(' · '), ...runs)
  if (cue) add(text(clip(cue, 60)))
  add(text(words.map(({ content }) => content).join(' … ')))
  const outlet = clip(report?.publisher ?? report?.title ?? '', 80)
  const link = linkTo(report?.url ?? null, outlet)
  if (link || outlet) add(link ?? text(outlet))
  add(...say.runs('digest.id', { id: { type: 'code', text: clip(id, 40) } }))
  return parts
}

/** "Anonymous · claimed · for … · in: video · said 16 November 2015". */
function viewHead(entry: DigestEntry, say: Say): Run[] {
  const parts: Run[] = [text(clip(entry.speaker?.name ?? say.text('digest.speaker.unknown'), 100), true)]
  const add = (part: Run) => parts.push(text(' · '), part)
  const said = whenSaid(entry, say)
  if (entry.cue && !repeats(entry.cue, said)) add(text(clip(entry.cue, 60)))
  if (entry.speaksFor) add(text(say.text('digest.for', { name: clip(entry.speaksFor.name, 100) })))
  if (entry.medium) add(text(say.text('digest.in', { medium: clip(entry.medium, 60) })))
  if (said.length > 0) parts.push(text(' · '), ...said)
  if (entry.again) add(text(say.text('digest.again')))
  return parts
}

/** A post is said when it is published, and that stands with its report. */
function whenSaid({ said, reports: [report] }: DigestEntry, say: Say): Run[] {
  return said && said !== report?.published ? whenRun('digest.said', 'date', said, say) : []
}

/** “said · said 2 March” says one thing twice. The words of cue and date may be of different tenses: says, said. */
function repeats(cue: string, [first]: Run[]): boolean {
  const [verb = ''] = first?.type === 'text' ? first.text.split(/[\s:]/) : []
  return verb !== '' && /^\p{L}+$/u.test(cue) && cue.slice(0, 2).toLowerCase() === verb.slice(0, 2).toLowerCase()
}

function toneOf({ match, parted }: DigestEntry): EntryView['tone'] {
  if (!match || parted || match.decision === 'none') return 'plain'
  const moved = match.relation === 'opposes' || match.relation === 'differs-in-figure'
  return match.decision === 'match' && moved ? 'urgent' : 'notable'
}

/** The words, with the first place of each figure that differs from the claim's in bold. */
function markFigures(content: string, figures: string[]): Run[] {
  const places = figures
    .filter((figure) => figure !== '')
    .map((figure) => ({ start: content.indexOf(figure), end: content.indexOf(figure) + figure.length }))
    .filter(({ start }) => start >= 0)
    .sort((a, b) => a.start - b.start)
  const runs: Run[] = []
  let at = 0
  for (const { start, end } of places) {
    if (start < at) continue
    if (start > at) runs.push(text(content.slice(at, start)))
    runs.push(text(content.slice(start, end), true))
    at = end
  }
  if (at < content.length) runs.push(text(content.slice(at)))
  return runs
}

function viewSummary(digest: Digest, say: Say): Run[][] {
  const { statements, sources, documents } = digest.counts
  const lines: Run[][] = digest.sample ? [[text(say.text('digest.sample'), true)]] : []
  if (statements === 0) return [...lines, [text(say.text('digest.nothing'))]]
  const counted = say.count('digest.count', statements, {
    sources: say.count('digest.sources', sources),
    documents: say.count('digest.documents', documents),
  })
  lines.push([text(counted)])
  if (digest.since) lines.push(whenRun('digest.since', 'time', digest.since, say))
  return lines
}

/** “…” (who) · 3 outlets · first seen … · record. */
function viewEmerging({ id, text: words, speaker, outlets, first }: EmergingNote, say: Say): Run[] {
  const who = speaker ? `${clip(speaker, 80)}: ` : ''
  return [
    text(`${who}“${clip(words, 200)}”`),
    text(` · ${say.count('digest.sources', outlets.length)} · `),
    ...(first ? whenRun('digest.first', 'time', first, say) : []),
    ...(first ? [text(' · ')] : []),
    { type: 'code', text: id.slice(0, 12) },
  ]
}

/** “Changed position: earlier “…” on 2 March.” */
export function viewTurn({ what, from, to, earlier }: NonNullable<DigestEntry['turned']>, say: Say): Run[] {
  const values = { from: text(clip(from, 60), true), to: text(clip(to, 60), true), words: clip(earlier.words, 200) }
  return say.runs(`digest.turned.${what}${earlier.when ? '' : '.undated'}`, {
    ...values,
    date: earlier.when ? say.date(earlier.when) : '',
  })
}

function viewClosing(digest: Digest, say: Say): DigestView['closing'] {
  const { discrepancies, troubles, emerging = [] } = digest
  const entries = allEntries(digest)
  const whoCounted = (statementId: string): Run[] => {
    const entry = entries.find(({ statementIds }) => statementIds.includes(statementId))
    const outlet = entry?.reports[0]?.publisher
    const names = [entry?.speaker?.name, outlet].filter((name) => name != null)
    return names.length > 0 ? [text(` (${names.map((name) => clip(name, 60)).join(', ')})`)] : []
  }
  const closing: DigestView['closing'] = []
  if (emerging.length > 0)
    closing.push({
      heading: [text(say.text('digest.emerging'), true)],
      lines: emerging.map((one) => viewEmerging(one, say)),
    })
  if (discrepancies.length > 0)
    closing.push({
      heading: [text(say.text('digest.discrepancies'), true)],
      lines: discrepancies
        .slice(0, 10)
        .map(({ members }) =>
          members
            .slice(0, 6)
            .flatMap((member, i): Run[] => [
              ...(i > 0 ? [text(' ↔ ')] : []),
              text(clip(member.text, 80), true),
              ...whoCounted(member.statementId),
              text(' '),
              { type: 'code', text: member.statementId.slice(0, 12) },
            ]),
        ),
    })
  if (troubles.length > 0)
    closing.push({
      heading: [text(say.text('digest.troubles'), true)],
      lines: troubles.slice(0, 20).map(({ address, reason, since }) =>
        say.runs(since ? 'digest.trouble.since' : 'digest.trouble', {
          address: clip(address, 150),
          reason: clip(reason, 200),
          ...(since
            ? { time: whenRun('digest.since', 'time', since, say).find((run) => run.type === 'time') ?? since }
            : {}),
        }),
      ),
    })
  return closing
}
