import { IDS } from './discord-channels.ts'
import { flat, type MessageBody, type Part } from './discord-limits.ts'
import type { Answered } from './discord-routes.ts'
import type { DiscordServer } from './discord-server.ts'

/** What was driven in this process: `/watch add`, `/watch add term` (suggestions), `button undo`, `form wrong`, `menu …`. */
export const driven = new Set<string>()
/** Forms that were opened, by the first part of their custom id. */
export const opened = new Set<string>()

type Definition = { name: string; type?: number; options?: Definition[]; required?: boolean; autocomplete?: boolean }
type Value = string | number | boolean
export type Who = {
  user?: string
  guild?: string | null
  permissions?: bigint
  locale?: string
  roles?: string[]
  channel?: string
}

export const MANAGE_GUILD = 1n << 5n
const SENDS = (1n << 10n) | (1n << 11n) | (1n << 15n)

/** What came back: the first response, how long it took, and the words of everything shown. */
export type Reply = Answered & {
  elapsedMs: number
  ephemeral: boolean
  /** The message as it stands now: the first one, or what a deferred one became. */
  message: MessageBody
  text: string
  /** Every component shown, with those inside others. */
  parts: Part[]
  custom(label: RegExp): string
}

/** Somebody in a server who uses commands. Options take their type from what was registered, as in Discord's client. */
export class Person {
  readonly #server: DiscordServer
  readonly #who: Required<Who>
  /** Menus that were shown, by their custom id: Discord says of which kind each is. */
  readonly #menus = new Map<string, number>()
  /** Every button and menu that was shown, by custom id, with the values that could be chosen; forms with `null`. */
  readonly shown = new Map<string, string[] | null>()
  /** What was typed or pressed, and answered where everybody in the channel sees it. */
  readonly overheard = new Set<string>()
  constructor(server: DiscordServer, who: Who = {}) {
    this.#server = server
    this.#who = {
      user: IDS.user,
      guild: IDS.guild,
      permissions: MANAGE_GUILD,
      locale: 'en-US',
      roles: [],
      channel: IDS.channel,
      ...who,
    }
  }

  /** `/name`, or `/name sub`, or `/name group sub`. Waits for the whole answer. */
  async slash(path: string, values: Record<string, Value> = {}, attachments: object = {}): Promise<Reply> {
    driven.add(`/${path}`)
    const reply = await this.#ask(2, { ...this.#command(path, values, null), ...attachments })
    if (!reply.ephemeral) this.overheard.add(`/${path}`)
    return reply
  }

  /** Suggestions while an option is being typed. */
  async typing(path: string, option: string, text: string, values: Record<string, Value> = {}) {
    driven.add(`/${path} ${option}`)
    const reply = await this.#ask(4, this.#command(path, { ...values, [option]: text }, option))
    const { choices } = reply.first!.data as { choices: { name: string; value: string }[] }
    return choices
  }

  /** Right-click on a message → Apps → name. */
  async menu(name: string, content: string): Promise<Reply> {
    driven.add(`menu ${name}`)
    const id = this.#server.place.id()
    const message = {
      id,
      channel_id: this.#who.channel,
      content,
      author: { id: '400000000000000009', username: 'somebody', discriminator: '0', avatar: null },
      timestamp: '2026-03-02T10:00:00.000000+00:00',
      edited_timestamp: null,
      tts: false,
      mention_everyone: false,
      mentions: [],
      mention_roles: [],
      attachments: [],
      embeds: [],
      pinned: false,
      type: 0,
    }
    return this.#ask(2, { id: '1', name, type: 3, target_id: id, resolved: { messages: { [id]: message } } })
  }

  /** Presses a button, or chooses from a menu with `values`. */
  async press(customId: string, values?: string[], on?: MessageBody): Promise<Reply> {
    driven.add(`button ${customId.split(':').slice(0, 1)}`)
    const type = values ? (this.#menus.get(customId) ?? 3) : 2
    return this.#ask(
      3,
      {
        custom_id: customId,
        component_type: type,
        ...(values ? { values } : {}),
        ...(type === 8 ? { resolved: { channels: this.#channels(values ?? []) } } : {}),
      },
      { message: { ...blankMessage(this.#server.place.id(), this.#who.channel), ...on } },
    )
  }

  /** Fills in a form and sends it. */
  async submit(customId: string, fields: Record<string, string>): Promise<Reply> {
    driven.add(`form ${customId.split(':').slice(0, 1)}`)
    const components = Object.entries(fields).map(([custom_id, value], i) => ({
      type: 18,
      id: i * 2 + 1,
      component: { type: 4, id: i * 2 + 2, custom_id, value },
    }))
    return this.#ask(5, { custom_id: customId, components })
  }

  /** An interaction of a kind (2 command, 3 component, 4 typing, 5 form) with whatever data, as no client would send it. */
  async sends(kind: 2 | 3 | 4 | 5, data: object, more: object = {}): Promise<Reply> {
    return this.#ask(kind, data, more)
  }

  #command(path: string, values: Record<string, Value>, focused: string | null) {
    const [name = '', ...subs] = path.split(' ')
    const all = this.#server.commands as unknown as Definition[]
    const command = all.find((one) => one.name === name && (one.type ?? 1) === 1)
    if (!command) throw new Error(`/${name} is not registered`)
    let leaf = command
    for (const sub of subs) {
      const next = leaf.options?.find((one) => one.name === sub)
      if (!next) throw new Error(`/${path} is not registered`)
      leaf = next
    }
    const known = (leaf.options ?? []).filter((one) => (one.type ?? 0) > 2)
    for (const key of Object.keys(values))
      if (!known.some((one) => one.name === key)) throw new Error(`/${path} has no option ${key}`)
    for (const one of known)
      if (one.required && values[one.name] === undefined && !focused) throw new Error(`/${path} needs ${one.name}`)
    let options: object[] = known
      .filter((one) => values[one.name] !== undefined)
      .map((one) => ({
        name: one.name,
        type: one.type,
        value: values[one.name],
        ...(one.name === focused ? { focused: true } : {}),
      }))
    for (let depth = subs.length; depth > 0; depth--) {
      const kind = depth === subs.length ? 1 : 2
      options = [{ name: subs[depth - 1], type: kind, options }]
    }
    return { id: '1', name, type: 1, options, resolved: this.#resolve(known, values) }
  }

  #channels(ids: string[]): Record<string, object> {
    const shown = (id: string) => this.#server.channels.get(id) ?? { id, type: 0, name: 'gone' }
    return Object.fromEntries(ids.map((id) => [id, { ...shown(id), permissions: String(SENDS) }]))
  }

  #resolve(known: Definition[], values: Record<string, Value>) {
    const channels: Record<string, object> = {}
    const attachments: Record<string, object> = {}
    const roles: Record<string, object> = {}
    for (const one of known) {
      const id = String(values[one.name] ?? '')
      if (one.type === 7 && id) Object.assign(channels, this.#channels([id]))
      if (one.type === 11 && id) attachments[id] = this.#server.attachments.get(id) ?? {}
      if (one.type === 8 && id) roles[id] = { id, name: 'watchers', permissions: '0', position: 1, color: 0 }
    }
    return { channels, roles, attachments }
  }

  async #ask(type: number, data: object, more: object = {}): Promise<Reply> {
    const server = this.#server
    const token = `interaction-${server.place.id()}`
    const { user, guild, permissions, locale, roles, channel } = this.#who
    const person = { id: user, username: `user${user.slice(-2)}`, discriminator: '0', avatar: null, global_name: null }
    const asked = performance.now()
    server.gateway.dispatch('INTERACTION_CREATE', {
      id: server.place.id(),
      application_id: IDS.application,
      type,
      token,
      version: 1,
      channel_id: channel,
      channel: { id: channel, type: guild ? 0 : 1, ...(guild ? { guild_id: guild, name: 'here' } : {}) },
      ...(guild
        ? {
            guild_id: guild,
            guild: { id: guild, locale: 'en-US', features: [] },
            member: {
              user: person,
              roles,
              permissions: String(permissions),
              joined_at: '2025-01-01T00:00:00Z',
              flags: 0,
              deaf: false,
              mute: false,
            },
          }
        : { user: person }),
      locale,
      guild_locale: guild ? 'en-US' : undefined,
      entitlements: [],
      authorizing_integration_owners: guild ? { 0: guild } : { 1: user },
      context: guild ? 0 : 1,
      app_permissions: String(SENDS),
      attachment_size_limit: 10_485_760,
      data,
      ...more,
    })
    const deferred = (answer: Answered) => answer.first?.type === 5 || answer.first?.type === 6
    const answer = await server.until(
      () => {
        const found = server.answers.get(token)
        if (!found?.first) return null
        return deferred(found) && found.edits.length + found.followUps.length === 0 ? null : found
      },
      `an answer to ${JSON.stringify(data).slice(0, 80)}`,
      // Readers that begin on a busy machine take their time.
      40_000,
    )
    const reply = readReply(answer, asked)
    const form = reply.first?.type === 9 ? (reply.first.data as { custom_id: string }).custom_id : null
    if (form) {
      opened.add(form.split(':')[0] ?? '')
      this.shown.set(form, null)
    }
    // The fields of a form are no buttons.
    for (const { custom_id, options = [] } of form ? [] : reply.parts)
      if (custom_id)
        this.shown.set(
          custom_id,
          options.flatMap(({ value }) => value ?? []),
        )
    for (const { custom_id, type } of reply.parts) if (custom_id && type > 2) this.#menus.set(custom_id, type)
    return reply
  }
}

function readReply(answer: Answered, asked: number): Reply {
  const first = (answer.first?.data ?? {}) as MessageBody & { flags?: number }
  const message = answer.edits.at(-1) ?? (answer.first?.type === 6 ? (answer.followUps[0] ?? first) : first)
  const all = [message, ...answer.followUps]
  const parts = all.flatMap((one) => flat(one.components ?? []))
  return {
    ...answer,
    elapsedMs: answer.firstAt - asked,
    ephemeral: ((first.flags ?? 0) & 64) !== 0,
    message,
    parts,
    text: [...all.map((one) => one.content ?? ''), ...parts.map((part) => part.content ?? part.label ?? '')].join('\n'),
    custom(label) {
      const found = parts.find((part: Part) => part.custom_id && label.test(part.label ?? part.placeholder ?? ''))
      if (!found?.custom_id) throw new Error(`there is no button ${label}`)
      return found.custom_id
    },
  }
}

const blankMessage = (id: string, channel: string) => ({
  id,
  channel_id: channel,
  content: '',
  author: { id: IDS.bot, username: 'onrecord', discriminator: '0', avatar: null, bot: true },
  timestamp: '2026-03-02T10:00:00.000000+00:00',
  edited_timestamp: null,
  tts: false,
  mention_everyone: false,
  mentions: [],
  mention_roles: [],
  attachments: [],
  embeds: [],
  pinned: false,
  type: 0,
  components: [],
})
