import { type APIApplication, Routes } from 'discord.js'
import type { Command } from './command.ts'
import { asDiscordError } from './failures.ts'
import { openRest } from './open-rest.ts'

/**
 * Registers the commands without a session: everywhere, or at once in one server. An empty list removes them.
 *
 * @returns where they now are
 * @throws {DiscordError}
 */
export async function deployCommands(
  { guildId, ...discord }: { token: string; apiUrl: string | null; guildId: string | null },
  commands: Command[],
): Promise<{ application: string; guildId: string | null; names: string[] }> {
  const { rest, close } = openRest(discord, { retries: 2, timeout: 10_000 })
  try {
    const { id, name } = (await rest.get(Routes.currentApplication())) as APIApplication
    const route = guildId ? Routes.applicationGuildCommands(id, guildId) : Routes.applicationCommands(id)
    const made = (await rest.put(route, { body: commands.map(({ definition }) => definition) })) as { name: string }[]
    return { application: name, guildId, names: made.map((one) => one.name) }
  } catch (error) {
    throw asDiscordError(error, 'registering the commands')
  } finally {
    await close()
  }
}
