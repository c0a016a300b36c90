import type { Say } from '../messages/say.ts'
import type { DigestEntry, Revision, Run } from '../model.ts'
import { clip, text } from './runs.ts'

/** What became of words after they were told, oldest first: "Corrected by The Gazette on 3 March 2026 …". */
export function viewRevisions(entry: DigestEntry, say: Say): Run[][] {
  const { parted } = entry
  const lines = allRevisions(entry)
    .slice(0, 6)
    .map((revision) => viewRevision(revision, say))
  return parted ? [...lines, [text(say.text('digest.parted'), true)]] : lines
}

/** What was noted of the entry since it was posted, and what its reports say of themselves. */
const allRevisions = ({ id, revisions = [], reports }: DigestEntry): Revision[] => [
  ...revisions,
  ...reports.flatMap(({ documentId, publisher, fate }): Revision[] => {
    const known = revisions.some((one) => one.documentId === documentId && /^(changed|gone)$/.test(one.kind))
    if (!fate || known) return []
    const kind = fate.status === 'changed' ? 'changed' : 'gone'
    return [{ statementId: id, documentId, kind, publisher, noticedAt: fate.noticedAt, words: fate.now }]
  }),
]

function viewRevision({ kind, publisher, noticedAt, words }: Revision, say: Say): Run[] {
  const said = clip(words ?? '', 400)
  return say.runs(`digest.revised.${kind}`, {
    outlet: text(clip(publisher ?? say.text('digest.outlet.unknown'), 80), true),
    date: say.date(noticedAt),
    words: text(said && `“${said}”`),
  })
}

/** Whether no report of it stands any more as it was told: each was changed, emptied of it, retracted or deleted. */
export function isTakenBack(entry: DigestEntry): boolean {
  const { reports } = entry
  const back = new Set(
    allRevisions(entry).flatMap(({ kind, documentId }) => (kind === 'corrected' ? [] : [documentId])),
  )
  return reports.length > 0 && reports.every(({ documentId }) => back.has(documentId))
}

export const struckIf = (struck: boolean, runs: Run[]): Run[] =>
  struck ? runs.map((run) => (run.type === 'text' ? { ...run, struck: true } : run)) : runs
