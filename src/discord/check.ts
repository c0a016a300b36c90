import {
  type APIApplication,
  type APIChannel,
  type APIGuild,
  type APIGuildMember,
  type APIUser,
  ChannelType,
  PermissionFlagsBits,
  PermissionsBitField,
  type REST,
  Routes,
} from 'discord.js'
import { asDiscordError } from './failures.ts'
import { openRest } from './open-rest.ts'

const { SendMessages, SendMessagesInThreads } = PermissionFlagsBits
/** What a digest needs wherever it is posted. */
const EVERYWHERE = {
  ViewChannel: PermissionFlagsBits.ViewChannel,
  EmbedLinks: PermissionFlagsBits.EmbedLinks,
  AttachFiles: PermissionFlagsBits.AttachFiles,
  ReadMessageHistory: PermissionFlagsBits.ReadMessageHistory,
} as const

/** What the bot is invited with: digests may go to threads and posts of a forum, too. */
const INVITED = { ...EVERYWHERE, SendMessages, SendMessagesInThreads }
const FORUMS: ChannelType[] = [ChannelType.GuildForum, ChannelType.GuildMedia]
const THREADS: ChannelType[] = [ChannelType.PublicThread, ChannelType.PrivateThread, ChannelType.AnnouncementThread]

/** What a digest needs in a channel of this type. In a forum Send Messages opens the post, which is a thread then. */
export function neededIn(type: ChannelType): Record<string, bigint> {
  if (FORUMS.includes(type)) return INVITED
  return { ...EVERYWHERE, ...(THREADS.includes(type) ? { SendMessagesInThreads } : { SendMessages }) }
}

/** The address at which somebody invites the bot to a server, with the rights a digest needs and no others. */
export function inviteAddress(applicationId: string): string {
  const permissions = String(new PermissionsBitField(Object.values(INVITED)).bitfield)
  const query = new URLSearchParams({ client_id: applicationId, permissions, scope: 'bot applications.commands' })
  return `https://discord.com/oauth2/authorize?${query}`
}

export type Checked = { what: string; ok: boolean; detail: string }

/** Asks Discord who this token is, and whether a digest could be posted in each channel. Sends nothing to anybody. */
export async function checkDiscord(
  discord: { token: string; apiUrl: string | null },
  channels: { guildId: string; channelId: string }[],
): Promise<Checked[]> {
  const { rest, close } = openRest(discord, { retries: 0, timeout: 10_000 })
  try {
    const me = (await rest.get(Routes.user())) as APIUser
    const { id } = (await rest.get(Routes.currentApplication())) as APIApplication
    const checked: Checked[] = [
      { what: 'Discord token', ok: true, detail: `is that of ${me.username}` },
      { what: 'Discord invite', ok: true, detail: inviteAddress(id) },
    ]
    for (const channel of channels) checked.push(await checkChannel(rest, me.id, channel))
    return checked
  } catch (error) {
    return [{ what: 'Discord token', ok: false, detail: asDiscordError(error, 'asking who this token is').message }]
  } finally {
    await close()
  }
}

/** Whether a digest could be posted in a channel, and what stands in the way. Sends nothing. */
export async function checkChannel(
  rest: REST,
  me: string,
  { guildId, channelId }: { guildId: string; channelId: string },
): Promise<Checked> {
  const what = `Discord channel ${channelId}`
  try {
    const channel = (await rest.get(Routes.channel(channelId))) as APIChannel
    const guild = (await rest.get(Routes.guild(guildId))) as APIGuild
    const member = (await rest.get(Routes.guildMember(guildId, me))) as APIGuildMember
    const parentId = THREADS.includes(channel.type) && 'parent_id' in channel ? channel.parent_id : null
    const ruling = parentId ? ((await rest.get(Routes.channel(parentId))) as APIChannel) : channel
    const held = permissionsIn(ruling, guild, member, me)
    const missing = Object.entries(neededIn(channel.type)).flatMap(([name, bit]) => (held.has(bit) ? [] : [name]))
    if (missing.length > 0) return { what, ok: false, detail: `the bot lacks ${missing.join(', ')} in ${guild.name}` }
    const state = 'thread_metadata' in channel ? channel.thread_metadata : undefined
    if (state?.archived && state.locked)
      return { what, ok: false, detail: 'the thread is archived and locked: a moderator has to unlock it' }
    return { what, ok: true, detail: `can be posted to (${guild.name})` }
  } catch (error) {
    return { what, ok: false, detail: asDiscordError(error, 'looking at the channel').message }
  }
}

/** Roles of the server, then the overwrites of the channel, a thread's being its parent's: everyone, roles, member. @see Discord docs, Permission Hierarchy */
function permissionsIn(channel: APIChannel, guild: APIGuild, member: APIGuildMember, me: string): PermissionsBitField {
  const mine = new Set([guild.id, ...member.roles])
  const held = new PermissionsBitField()
  for (const role of guild.roles) if (mine.has(role.id)) held.add(BigInt(role.permissions) as never)
  if (guild.owner_id === me || held.has(PermissionFlagsBits.Administrator))
    return new PermissionsBitField(PermissionsBitField.All)
  const overwrites = 'permission_overwrites' in channel ? (channel.permission_overwrites ?? []) : []
  const layers = [
    overwrites.filter(({ id }) => id === guild.id),
    overwrites.filter(({ id }) => id !== guild.id && mine.has(id)),
    overwrites.filter(({ id }) => id === me),
  ]
  for (const layer of layers) {
    for (const { deny } of layer) held.remove(BigInt(deny) as never)
    for (const { allow } of layer) held.add(BigInt(allow) as never)
  }
  return held
}
