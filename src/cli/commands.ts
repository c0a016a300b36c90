import { parseArgs } from 'node:util'
import { allCommands } from '../commands/all.ts'
import type { CommandContext } from '../commands/context.ts'
import { loadConfig } from '../config.ts'
import { deployCommands } from '../discord/deploy.ts'
import { ConfigError, UsageError } from '../errors.ts'
import { createLog } from '../log.ts'
import type { Store } from '../store/store.ts'
import type { Verb } from './verb.ts'

export const verb: Verb = {
  summary: 'register the slash commands with Discord, or remove them',
  help: `
usage: npm run -s onrecord -- commands deploy [--remove] [--config FILE]

Registers every slash command without starting the bot: everywhere, or at once in the server of DISCORD_GUILD_ID. The
running bot does the same whenever it starts.

  --remove        take all of them away instead

example: npm run -s onrecord -- commands deploy`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { remove: { type: 'boolean', default: false }, config: { type: 'string' }, data: { type: 'string' } },
    })
    if (positionals.join(' ') !== 'deploy') throw new UsageError('say commands deploy')
    const config = await loadConfig({ config: values.config, data: values.data })
    if (!config.discord) throw new ConfigError(['environment: DISCORD_TOKEN is missing: without it there is no bot'])
    const { commands } = allCommands(unused(createLog(config.logLevel, config.secrets)))
    const done = await deployCommands(config.discord, values.remove ? [] : commands)
    const where = done.guildId ? `in the server ${done.guildId}` : 'everywhere'
    io.out(
      values.remove
        ? `${done.application}: no command is left ${where}`
        : `${done.application}: ${done.names.length} commands ${where}`,
    )
    return 0
  },
}

/** A definition asks nothing of its surroundings; running one here would be a fault of ours. */
function unused(log: CommandContext['log']): CommandContext {
  const refuse = () => Promise.reject(new Error('a command cannot run while it is being registered'))
  return {
    store: {} as Store,
    entities: () => [],
    lookup: refuse,
    previewDigest: refuse,
    track: refuse,
    threshold: refuse,
    claimsChanged: refuse,
    importClaims: refuse,
    emerging: refuse,
    outside: { read: refuse, find: refuse, file: refuse },
    readNow: refuse,
    readPast: refuse,
    stopPast: refuse,
    packs: () => [],
    post: refuse,
    tell: refuse,
    channelName: () => null,
    now: () => '',
    log,
  }
}
