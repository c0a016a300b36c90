import {
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandSubcommandOption,
  type ApplicationCommandOptionAllowedChannelType,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type LocalizationMap,
  PermissionFlagsBits,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  type RESTPostAPIContextMenuApplicationCommandsJSONBody,
} from 'discord.js'
import { en, type MessageKey } from '../messages/en.ts'
import { TRANSLATIONS } from '../messages/languages.ts'

/** A description in every language we speak, for Discord to choose from. */
export function described(key: MessageKey): { description: string; description_localizations: LocalizationMap } {
  return { description: en[key], description_localizations: localised(key) }
}

/** A message in every language but English, by Discord's names for them. */
export const localised = (key: MessageKey): LocalizationMap =>
  Object.fromEntries(Object.entries(TRANSLATIONS).map(([locale, messages]) => [locale, messages[key]]))

type OptionRest = { required?: boolean; autocomplete?: boolean; maxLength?: number }

/** A text that is typed, with or without suggestions. */
export const textOption = (name: string, key: MessageKey, rest: OptionRest = {}): APIApplicationCommandBasicOption => ({
  type: ApplicationCommandOptionType.String,
  name,
  ...described(key),
  ...(rest.required ? { required: true } : {}),
  ...(rest.autocomplete ? { autocomplete: true as const } : {}),
  ...(rest.maxLength ? { max_length: rest.maxLength } : {}),
})

/** One of a few fixed values; the labels are messages. */
export const choiceOption = (
  name: string,
  key: MessageKey,
  choices: Record<string, MessageKey>,
  required = false,
): APIApplicationCommandBasicOption => ({
  type: ApplicationCommandOptionType.String,
  name,
  ...described(key),
  ...(required ? { required: true } : {}),
  choices: Object.entries(choices).map(([value, label]) => ({
    name: en[label],
    name_localizations: localised(label),
    value,
  })),
})

export const channelOption = (
  name: string,
  key: MessageKey,
  types: readonly ApplicationCommandOptionAllowedChannelType[],
  required = false,
): APIApplicationCommandBasicOption => ({
  type: ApplicationCommandOptionType.Channel,
  name,
  ...described(key),
  ...(required ? { required: true } : {}),
  channel_types: [...types],
})

export const roleOption = (name: string, key: MessageKey): APIApplicationCommandBasicOption => ({
  type: ApplicationCommandOptionType.Role,
  name,
  ...described(key),
})

export const attachmentOption = (
  name: string,
  key: MessageKey,
  required = false,
): APIApplicationCommandBasicOption => ({
  type: ApplicationCommandOptionType.Attachment,
  name,
  ...described(key),
  ...(required ? { required: true } : {}),
})

/** A number between two bounds. */
export const numberOption = (
  name: string,
  key: MessageKey,
  least: number,
  most: number,
): APIApplicationCommandBasicOption => ({
  type: ApplicationCommandOptionType.Number,
  name,
  ...described(key),
  min_value: least,
  max_value: most,
})

export const flagOption = (name: string, key: MessageKey): APIApplicationCommandBasicOption => ({
  type: ApplicationCommandOptionType.Boolean,
  name,
  ...described(key),
})

export const subcommand = (
  name: string,
  key: MessageKey,
  options: APIApplicationCommandBasicOption[] = [],
): APIApplicationCommandSubcommandOption => ({
  type: ApplicationCommandOptionType.Subcommand,
  name,
  ...described(key),
  options,
})

export type Where = 'server' | 'everywhere'
type Options = NonNullable<RESTPostAPIChatInputApplicationCommandsJSONBody['options']>

const places = (where: Where) => ({
  integration_types:
    where === 'server'
      ? [ApplicationIntegrationType.GuildInstall]
      : [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
  contexts:
    where === 'server'
      ? [InteractionContextType.Guild]
      : [InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel],
})

/** A slash command. `curators`: hidden by default from those without Manage Server; handlers check again. */
export const slash = (
  name: string,
  key: MessageKey,
  { options = [], where = 'server', curators = false }: { options?: Options; where?: Where; curators?: boolean } = {},
): RESTPostAPIChatInputApplicationCommandsJSONBody => ({
  type: ApplicationCommandType.ChatInput,
  name,
  ...described(key),
  options,
  ...places(where),
  ...(curators ? { default_member_permissions: String(PermissionFlagsBits.ManageGuild) } : {}),
})

/** An entry of the Apps menu of a message. */
export const messageMenu = (key: MessageKey, where: Where): RESTPostAPIContextMenuApplicationCommandsJSONBody => ({
  type: ApplicationCommandType.Message,
  name: en[key],
  name_localizations: localised(key),
  ...places(where),
})
