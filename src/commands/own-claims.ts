import { randomUUID } from 'node:crypto'
import type { APIApplicationCommandBasicOption, ChatInputCommandInteraction } from 'discord.js'
import { sameKey } from '../claims/import-claims.ts'
import type { Answer, Component } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import { MOST_CLAIMS } from '../jobs/imports.ts'
import type { Claim } from '../model.ts'
import { findFigures } from '../statements/figures.ts'
import { type Asker, asCurator } from './asking.ts'
import { noteChange, undoButton } from './changes.ts'
import type { CommandContext } from './context.ts'
import { textOption } from './define.ts'
import { findEntry } from './entry.ts'
import { withLine, withLookBack } from './looked-through.ts'
import { panel, quoted } from './reply.ts'

/** Of a claim's words, in UTF-16 code units. */
const SHORTEST = 10
const LONGEST = 500

/** What a claim is made of, where a curator writes one. */
export const claimOptions = (isNew: boolean): APIApplicationCommandBasicOption[] => [
  textOption('text', 'claim.text', { required: isNew, maxLength: LONGEST }),
  textOption('title', 'claim.name', { maxLength: 100 }),
  textOption('claimant', 'claim.claimant', { maxLength: 100 }),
  textOption('verdict', 'claim.verdict', { maxLength: 100 }),
  textOption('reviewer', 'claim.reviewer', { maxLength: 100 }),
  textOption('review_date', 'claim.reviewed', { maxLength: 10 }),
  textOption('review_link', 'claim.review.link', { maxLength: 400 }),
]

type Options = ChatInputCommandInteraction['options']

/** A verdict is never kept without who gave it and when. @throws {UsageError} */
function withReview(claim: Claim, options: Options, { say }: Asker): Claim {
  const [rating, publisher, reviewed, url] = ['verdict', 'reviewer', 'review_date', 'review_link'].map((name) =>
    options.getString(name),
  )
  if (!rating && !publisher && !reviewed && !url) return claim
  if (!rating || !publisher || !reviewed) throw new UsageError(say.text('claim.review.whole'))
  if (!/^\d{4}(-\d{2}(-\d{2})?)?$/.test(reviewed) || Number.isNaN(Date.parse(reviewed)))
    throw new UsageError(say.text('claim.review.date'))
  if (url && !/^https?:\/\//.test(url)) throw new UsageError(say.text('lookup.url.wrong'))
  return { ...claim, reviews: [{ rating, publisher, reviewed, url: url ?? null }] }
}

export async function addClaim(options: Options, asker: Asker, context: CommandContext): Promise<Answer> {
  const blank = newClaim(options.getString('text') ?? '', asker.guildId)
  const claim = withReview(
    { ...blank, title: options.getString('title'), claimant: options.getString('claimant') },
    options,
    asker,
  )
  return keepClaim(claim, asker, context)
}

/** A claim of a server's own, with nothing but its words. */
export const newClaim = (text: string, owner: string): Claim => ({
  id: `own-${randomUUID().slice(0, 13)}`,
  text,
  title: null,
  claimant: null,
  date: null,
  paraphrases: [],
  figures: [],
  reviews: [],
  status: 'active',
  owner,
})

/** The owner is part of the key: what two servers keep alike stays two claims. */
export async function keepClaim(given: Claim, asker: Asker, context: CommandContext): Promise<Answer> {
  const { store, now } = context
  const { say, guildId, userId } = asker
  const claim = { ...given, figures: findFigures(given.text) }
  checkLength(claim.text, asker)
  await store.transaction(async (tx) => {
    if ((await tx.claims.list(guildId)).length >= MOST_CLAIMS)
      throw new UsageError(say.text('claim.full', { most: MOST_CLAIMS }))
    const key = `${guildId} ${sameKey(claim.text, claim.claimant)}`
    const { added } = await tx.claims.add([{ claim, key }], { merge: (known) => known, by: userId, now: now() })
    if (added === 0) throw new UsageError(say.text('claim.already'))
    await noteChange(tx, asker, now(), { what: 'claim', object: claim.text.slice(0, 100) })
  })
  const words = say.text('claim.added', { claim: quoted(claim.text, 200), id: claim.id })
  return withLookBack(withLine(words), asker, context)
}

/** @throws {UsageError} where these words are no claim's */
function checkLength(text: string, { say }: Asker): void {
  if (text.trim().length < SHORTEST) throw new UsageError(say.text('claim.short'))
  if (text.length > LONGEST) throw new UsageError(say.text('claim.long', { most: LONGEST }))
}

/** Changes a claim of this server's own; the operator's are the operator's. @throws {UsageError} */
export async function editClaim(
  options: Options,
  asker: Asker,
  context: CommandContext,
  retire: boolean,
): Promise<Answer> {
  const { store, now } = context
  const { say, guildId, userId } = asker
  const wanted = options.getString('claim') ?? ''
  const known = (await store.claims.list(guildId)).find(({ id, owner }) => id === wanted && owner === guildId)
  if (!known) throw new UsageError(say.text('claim.foreign', { claim: wanted.slice(0, 60) }))
  const words = options.getString('text')
  if (words !== null) checkLength(words, asker)
  const changed: Claim = retire
    ? { ...known, status: known.status === 'active' ? 'retired' : 'active' }
    : withReview(
        {
          ...known,
          text: words ?? known.text,
          title: options.getString('title') ?? known.title,
          claimant: options.getString('claimant') ?? known.claimant,
        },
        options,
        asker,
      )
  const edited = { ...changed, figures: findFigures(changed.text) }
  const isRetired = retire && edited.status === 'retired'
  const change = await store.transaction(async (tx) => {
    await tx.claims.edit(edited, { by: userId, now: now() })
    return noteChange(tx, asker, now(), {
      what: retire ? 'retire' : 'claim',
      object: edited.text.slice(0, 100),
      ...(isRetired ? { undo: { kind: 'claim' as const, claimId: edited.id } } : {}),
    })
  })
  const done = !retire ? 'claim.edited' : isRetired ? 'claim.retire.done' : 'claim.retire.back'
  const told = say.text(done, { claim: quoted(edited.text, 200) })
  const undoable = (line: string) => panel('', [told, line].filter(Boolean), [[undoButton(change, asker)]])
  return withLookBack(isRetired ? undoable : withLine(told), asker, context)
}

/** "Track as claim": the words of an entry become a claim of this server. */
export const trackComponent = (context: CommandContext): Component => ({
  name: 'track',
  answers: 'message',
  async run(interaction, [id = '']) {
    const asker = await asCurator(interaction, context)
    const entry = await findEntry(id, asker.guildId, asker.say, context)
    const text = entry.words
      .map(({ content }) => content)
      .join(' ')
      .replace(/\s+/g, ' ')
      .slice(0, LONGEST)
    const claim = { ...newClaim(text, asker.guildId), claimant: entry.speaker?.name ?? null, date: entry.firstSeen }
    return keepClaim(claim, asker, context)
  },
})
