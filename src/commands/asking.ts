import { PermissionFlagsBits } from 'discord.js'
import type { CommandInteraction, ComponentInteraction } from '../discord/command.ts'
import { UsageError } from '../errors.ts'
import { sayIn } from '../messages/languages.ts'
import type { Say } from '../messages/say.ts'
import type { CommandContext } from './context.ts'

/** A command, a button, a menu or a form. */
export type Asking = CommandInteraction | ComponentInteraction

/** Who asks, from where, in which language. */
export type Asker = { guildId: string; userId: string; say: Say }

/** @throws {UsageError} outside of a server */
export function inServer(interaction: Asking): Asker {
  const say = sayIn(interaction.locale)
  if (!interaction.guildId) throw new UsageError(say.text('problem.server'))
  return { guildId: interaction.guildId, userId: interaction.user.id, say }
}

/**
 * Somebody who may configure: Manage Server, or the role that the server has set. Discord hides the commands from
 * others by default only, and admins can show them, so it is checked here.
 *
 * @throws {UsageError} with what is missing
 */
export async function asCurator(interaction: Asking, { store }: CommandContext): Promise<Asker> {
  const asker = inServer(interaction)
  if (interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild)) return asker
  const { curatorRoleId } = await store.guilds.settings(asker.guildId)
  if (curatorRoleId && rolesOf(interaction).includes(curatorRoleId)) return asker
  throw new UsageError(asker.say.text('problem.curator'))
}

function rolesOf({ member }: Asking): string[] {
  if (!member) return []
  return Array.isArray(member.roles) ? member.roles : [...member.roles.cache.keys()]
}
