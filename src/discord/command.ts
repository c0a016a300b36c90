import type {
  APIModalInteractionResponseCallbackData,
  AutocompleteInteraction,
  ChatInputCommandInteraction,
  MessageComponentInteraction,
  MessageContextMenuCommandInteraction,
  ModalSubmitInteraction,
  RESTPostAPIApplicationCommandsJSONBody,
} from 'discord.js'
import type { RenderedMessage } from './message.ts'

/** What a person is told. `update` changes the message a button stands on; `more` follows in messages of its own. */
export type Answer =
  | {
      kind: 'message'
      message: RenderedMessage
      more?: RenderedMessage[]
      /** What goes on after the answer: shows the message as it stands then. */
      later?: (show: (message: RenderedMessage) => Promise<void>) => Promise<void>
    }
  | { kind: 'update'; message: RenderedMessage }
  | { kind: 'modal'; modal: APIModalInteractionResponseCallbackData }

/** At most 25, names of at most 100 characters. */
export type Choice = { name: string; value: string }

export type CommandInteraction = ChatInputCommandInteraction | MessageContextMenuCommandInteraction
export type ComponentInteraction = MessageComponentInteraction | ModalSubmitInteraction

/** One slash command or entry of the Apps menu. It gives an answer; when and how it is sent is the client's matter. */
export type Command = {
  definition: RESTPostAPIApplicationCommandsJSONBody
  /** As they are typed: `/watch add term:Cloudflare`. */
  examples?: string[]
  run(interaction: CommandInteraction): Promise<Answer> | Answer
  complete?(interaction: AutocompleteInteraction): Promise<Choice[]> | Choice[]
  /** True where the answer is for everybody in the channel. Without it only the asker sees it. */
  isShared?(interaction: CommandInteraction): boolean
}

/**
 * What a button, menu or modal does. Its custom id is `name:argument:argument`, so that it works after a restart: what
 * it needs to know stands in it or in the store.
 */
export type Component = {
  name: string
  /** Whether its answer, when it comes late, changes the message it stands on or is a new one. */
  answers: 'update' | 'message'
  run(interaction: ComponentInteraction, args: string[]): Promise<Answer> | Answer
}
