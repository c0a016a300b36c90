import {
  type APIInteractionResponse,
  type AutocompleteInteraction,
  type Client,
  type Interaction,
  InteractionResponseType,
  MessageFlags,
  Routes,
} from 'discord.js'
import { DiscordError, UsageError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Answer, Command, Component } from './command.ts'
import { neutral } from './markdown.ts'
import { bodyOf, filesOf, fitted, type RenderedMessage, textMessage } from './message.ts'

/** Discord waits 3 s for the first response; a person starts to wonder after one. */
const DEFER_AFTER_MS = 700
/** Suggestions that come later than this are of no use to somebody who types. */
const SUGGEST_WITHIN_MS = 900

export type Handlers = {
  commands: Command[]
  components: Component[]
  log: Log
  sorry(locale: string): string
  /** Said where a button or command belongs to another version. */
  gone(locale: string): string
  /** Told of each thing that somebody waits for; the promise resolves with the first response to it. */
  onAsked?: ((responded: Promise<void>) => void) | undefined
}

/** Everything `client` is asked goes to its handler; the answer is sent in time, late ones after a deferral. */
export function answerInteractions(client: Client, { commands, components, onAsked, ...kit }: Handlers): void {
  const byName = new Map(commands.map((command) => [command.definition.name, command]))
  const byPrefix = new Map(components.map((component) => [component.name, component]))
  client.on('interactionCreate', (interaction) => {
    const answered = interaction.isAutocomplete()
      ? suggest(interaction, byName.get(interaction.commandName), kit.log)
      : respond(interaction, { byName, byPrefix, onAsked, ...kit })
    answered.catch((error) =>
      kit.log.error({ err: error, interaction: interaction.id }, 'an interaction was not answered'),
    )
  })
}

async function suggest(interaction: AutocompleteInteraction, command: Command | undefined, log: Log): Promise<void> {
  const late = new Promise<[]>((resolve) => setTimeout(resolve, SUGGEST_WITHIN_MS, []).unref())
  const found = Promise.resolve()
    .then(() => command?.complete?.(interaction) ?? [])
    .catch((error) => {
      log.error({ err: error, command: interaction.commandName }, 'suggestions failed')
      return []
    })
  const choices = (await Promise.race([found, late])).slice(0, 25).map(({ name, value }) => ({
    name: fitted(name || value, 100),
    value: value.slice(0, 100),
  }))
  await callback(interaction, {
    type: InteractionResponseType.ApplicationCommandAutocompleteResult,
    data: { choices },
  })
}

type Work = { run(): Promise<Answer> | Answer; ephemeral: boolean; updates: boolean }

function workFor(interaction: Interaction, handlers: RespondKit): Work | null {
  if (interaction.isChatInputCommand() || interaction.isMessageContextMenuCommand()) {
    const command = handlers.byName.get(interaction.commandName)
    if (!command) return null
    const ephemeral = !(command.isShared?.(interaction) ?? false)
    return { run: () => command.run(interaction), ephemeral, updates: false }
  }
  if (interaction.isMessageComponent() || interaction.isModalSubmit()) {
    const [name = '', ...args] = interaction.customId.split(':')
    const component = handlers.byPrefix.get(name)
    if (!component) return null
    return { run: () => component.run(interaction, args), ephemeral: true, updates: component.answers === 'update' }
  }
  return null
}

/** What nobody handles: a button of an older version, a command that another one had registered. */
function goneFor(interaction: Interaction, { log, gone }: RespondKit): Work {
  log.warn({ interaction: interaction.id, type: interaction.type }, 'nobody handles this interaction')
  const run = (): Answer => ({ kind: 'message', message: textMessage(gone(interaction.locale)) })
  return { run, ephemeral: true, updates: false }
}

type RespondKit = {
  byName: Map<string, Command>
  byPrefix: Map<string, Component>
  log: Log
  sorry(locale: string): string
  gone(locale: string): string
  onAsked?: Handlers['onAsked']
}

async function respond(interaction: Interaction, kit: RespondKit): Promise<void> {
  const work = workFor(interaction, kit) ?? goneFor(interaction, kit)
  const { promise: responded, resolve: respond } = Promise.withResolvers<void>()
  kit.onAsked?.(responded)
  const answer = Promise.resolve()
    .then(work.run)
    .catch((error) => explain(error, interaction, kit))
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, DEFER_AFTER_MS, null)
  })
  let early: Answer | null = null
  try {
    early = await Promise.race([answer, late])
    clearTimeout(timer)
    if (early) await send(interaction, early, work)
    else await callback(interaction, deferral(work))
  } finally {
    respond()
  }
  if (!early) await sendLate(interaction, await answer, work)
  const given = early ?? (await answer)
  if (given.kind === 'message') await given.later?.((message) => change(interaction, message))
}

/** Changes the answer that was given. */
async function change(interaction: Interaction, message: RenderedMessage): Promise<void> {
  await interaction.client.rest.patch(Routes.webhookMessage(interaction.applicationId, interaction.token), {
    body: bodyOf(message),
    files: filesOf(message),
    auth: false,
  })
}

/** What went wrong, for the person: their own mistakes in words, ours as an apology and in the log. */
function explain(error: unknown, interaction: Interaction, { log, sorry }: RespondKit): Answer {
  const known = error instanceof UsageError || error instanceof DiscordError
  if (!known) log.error({ err: error, interaction: interaction.id }, 'a command failed')
  const words = known ? neutral(error.message).replace(/\\<#(\d{15,20})>/g, '<#$1>') : sorry(interaction.locale)
  return { kind: 'message', message: textMessage(words.slice(0, 1900)) }
}

const deferral = ({ updates, ephemeral }: Work): APIInteractionResponse =>
  updates
    ? { type: InteractionResponseType.DeferredMessageUpdate }
    : {
        type: InteractionResponseType.DeferredChannelMessageWithSource,
        data: ephemeral ? { flags: MessageFlags.Ephemeral } : {},
      }

async function send(interaction: Interaction, answer: Answer, { ephemeral }: Work): Promise<void> {
  if (answer.kind === 'modal') {
    await callback(interaction, { type: InteractionResponseType.Modal, data: answer.modal })
    return
  }
  const changes = answer.kind === 'update'
  const type = changes ? InteractionResponseType.UpdateMessage : InteractionResponseType.ChannelMessageWithSource
  const data = bodyOf(answer.message, { ephemeral: ephemeral && !changes })
  await callback(interaction, { type, data } as APIInteractionResponse, answer.message)
  if (answer.kind === 'message') await followUp(interaction, answer.more ?? [], ephemeral)
}

/** After a deferral the place of the answer is fixed: the deferred message, or a new one beneath it. */
async function sendLate(interaction: Interaction, answer: Answer, { ephemeral, updates }: Work): Promise<void> {
  if (answer.kind === 'modal')
    throw new Error('a form was ready too late: only the first response to an interaction can open one')
  if (updates && answer.kind === 'message') return followUp(interaction, [answer.message, ...(answer.more ?? [])], true)
  await change(interaction, answer.message)
  if (answer.kind === 'message') await followUp(interaction, answer.more ?? [], ephemeral)
}

async function followUp(interaction: Interaction, messages: RenderedMessage[], ephemeral: boolean): Promise<void> {
  for (const message of messages)
    await interaction.client.rest.post(Routes.webhook(interaction.applicationId, interaction.token), {
      body: bodyOf(message, { ephemeral }),
      files: filesOf(message),
      auth: false,
    })
}

async function callback(
  interaction: Interaction,
  body: APIInteractionResponse,
  message: RenderedMessage | null = null,
): Promise<void> {
  await interaction.client.rest.post(Routes.interactionCallback(interaction.id, interaction.token), {
    body,
    auth: false,
    ...(message ? { files: filesOf(message) } : {}),
  })
}
