import type { Entity, Mention, Span } from '../model.ts'
import { isName } from './people.ts'

/** Who a noun phrase is, and by which rule that was found. */
export type Resolved = { name: string; entityId: string | null; rule: string }

/** The people of one document, among the tracked and by what stood before. */
export type People = {
  resolve(span: Span): Resolved
  /** Remembers somebody who was named at this place. */
  name(span: Span): void
  /** Remembers who spoke, for the pronouns after. */
  spoke(span: Span): void
}

/** How many places back a pronoun or role looks. */
const BACK = 400
/** What speaks for an entity when it is somebody's or something's of it: “members of Anonymous”, “the firm's petition”. */
const SPEAKS_FOR =
  /\b(?:members?|spokes(?:man|woman|person|people)|representatives?|officials?|supporters?|hackers?|activists?|hacktivists?|accounts?|one|some|many|leaders?|petition|statement|report|blog|post|tweet|letter|video|message|email|team|lawyers?|attorneys?|executives?|chief|ceo|cto|cfo|president|director|founder|co-founder|head|boss|branch|faction|affiliate|campaign|website|site|group|part|voice|press|office|department|staff|engineers?)\b/i

/**
 * Resolves speakers by ordered sieves: the tracked name itself, role and pronoun by recency and kind, the fuller form of
 * a name that stood before, else the words as they are.
 *
 * @param mentions of tracked entities, with offsets into `text`
 */
export function createPeople(entities: Entity[], mentions: Mention[], text: string): People {
  const byId = new Map(entities.map((entity) => [entity.id, entity]))
  const named = mentions
    .filter(({ entityId, kind }) => entityId && kind !== 'pronoun')
    .toSorted((a, b) => a.start - b.start)
  const fullNames = new Map<string, Span>()
  const known: Span[] = []
  const speakers: Span[] = []
  const as = (id: string, rule: string): Resolved => ({ name: byId.get(id)?.name ?? id, entityId: id, rule })
  const kindOf = (mention: Mention) => byId.get(mention.entityId ?? '')?.kind
  /** Index of the first mention that begins at or after a place. */
  const placeOf = (at: number) => {
    let [low, high] = [0, named.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (named[middle]!.start < at) low = middle + 1
      else high = middle
    }
    return low
  }
  const within = ({ start, end }: { start: number; end: number }) => {
    const from = Math.max(0, placeOf(start) - 2)
    return named.slice(from, from + 12).filter((one) => one.start < end && one.end > start)
  }
  const before = (at: number) => {
    const to = placeOf(at)
    return named.slice(Math.max(0, to - BACK), to).reverse()
  }
  const isPerson = (span: Span) => within(span).every((mention) => kindOf(mention) === 'person')

  function byPronoun(span: Span): Resolved | null {
    const back = before(span.start)
    if (/^(?:they|it|we)$/i.test(span.text)) {
      const tracked = back.find((mention) => kindOf(mention) !== 'person')
      return tracked?.entityId ? as(tracked.entityId, `“${span.text}”: the group or organisation named last`) : null
    }
    const tracked = back.find((mention) => kindOf(mention) === 'person')
    const near = (one: Span) => one.start < span.start && isPerson(one)
    const other =
      speakers.slice(-BACK).findLast(near) ??
      (tracked ? undefined : known.slice(-BACK).findLast((one) => near(one) && one.text.includes(' ')))
    if (other && (!tracked || other.start > tracked.start))
      return { ...people.resolve(other), rule: `“${span.text}”: the person who spoke last` }
    return tracked?.entityId ? as(tracked.entityId, `“${span.text}”: the tracked person named last`) : null
  }

  function byMention(span: Span): Resolved | null {
    const inside = within(span).filter(({ start, end }) => start >= span.start && end <= span.end)
    const last = inside.at(-1)
    if (!last?.entityId) return null
    const rest = span.text.slice(last.end - span.start)
    const lead = span.text.slice(0, last.start - span.start)
    const owner = /^['’]s?\s+\S/.test(rest)
      ? rest
      : /\b(?:of|for|from|at|with|to|by|against)\s+(?:the\s+)?$/i.test(lead)
        ? lead
        : null
    if (owner === null)
      return as(
        last.entityId,
        last.kind === 'role' ? `“${span.text}”: a role noun of the entity` : 'the tracked name itself',
      )
    const holder = roleHolder(owner, last.entityId)
    if (holder) return as(holder.id, `“${span.text}”: the role of ${holder.name}`)
    return SPEAKS_FOR.test(owner) ? as(last.entityId, `“${span.text}”: speaks for the entity`) : null
  }

  /** “CloudFlare's CEO” is whoever is tracked with that role for it. */
  const roleHolder = (words: string, of: string) =>
    entities.find(
      ({ roles, relations }) =>
        relations.some((one) => one.of === of) &&
        roles.some((role) => words.toLowerCase().includes(role.toLowerCase())),
    )

  function byRole(span: Span): Resolved | null {
    const role = /^(?:the|this|its|his|her|their)\s+(.+)$/is.exec(span.text)?.[1]?.toLowerCase()
    if (!role) return null
    const fits = (entity: Entity | undefined) =>
      entity?.roles.some((one) => role === one.toLowerCase() || role.endsWith(` ${one.toLowerCase()}`))
    const holder = before(span.start).find(({ entityId }) => fits(byId.get(entityId ?? '')))
    return holder?.entityId ? as(holder.entityId, `“${span.text}”: a role noun of the entity named last`) : null
  }

  const people: People = {
    spoke: (span) => void (isName(span.text) && speakers.push(span)),
    name(span) {
      if (!isName(span.text)) return
      known.push(span)
      const last = span.text.split(/\s+/).at(-1)!
      if (!fullNames.has(last)) fullNames.set(last, span)
    },
    resolve(span) {
      const found = /^(?:he|she|who|they|it|we)$/i.test(span.text) ? byPronoun(span) : (byMention(span) ?? byRole(span))
      if (found) return found
      const full = span.text.includes(' ') ? span : (fullNames.get(span.text) ?? span)
      const name = text.slice(full.start, full.end).replace(/\s+/g, ' ').replaceAll('․', '.')
      return {
        name,
        entityId: null,
        rule: full === span ? 'the words of the text' : 'the fuller form of a name that stood before',
      }
    },
  }
  return people
}
