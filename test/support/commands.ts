import pino from 'pino'
import { allCommands } from '../../src/commands/all.ts'
import type { CommandContext } from '../../src/commands/context.ts'
import { openContext } from '../../src/commands/open-context.ts'
import { postOnce } from '../../src/commands/posting.ts'
import { readConfig } from '../../src/config.ts'
import { connectDiscord, type DiscordConnection } from '../../src/discord/client.ts'
import { sendNotice } from '../../src/discord/send.ts'
import { openRooms } from '../../src/jobs/analyse.ts'
import type { Kit } from '../../src/jobs/kit.ts'
import { openReader } from '../../src/jobs/reader.ts'
import type { Document, Entity, Statement } from '../../src/model.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { aDigest, aMatch } from './digests.ts'
import { IDS } from './discord-channels.ts'
import { DiscordServer } from './discord-server.ts'
import { aClaim, aDocument, aSource, aStatement } from './nouns.ts'
import { scratch } from './scratch.ts'

export const mira: Entity = {
  id: 'mira-sol',
  name: 'Mira Sol',
  kind: 'person',
  aliases: ['Sol'],
  handles: ['mirasol'],
  roles: ['harbour master'],
  near: [],
  notNear: [],
  relations: [],
}

const FIXED: Pick<CommandContext, 'lookup' | 'previewDigest'> = {
  lookup: async (asked) => ({ asked, document: null, trouble: null, claims: [], entries: [] }),
  previewDigest: async () => aDigest(),
}

/** A bot on a Discord of our own, with a real store. */
export type Scene = AsyncDisposable & {
  server: DiscordServer
  store: Store
  context: CommandContext
  /** The belts behind the commands, with a reader that may reach this machine. */
  kit: Kit
  connection: DiscordConnection
  clock: { now: string }
}

/**
 * @param isReal with look-ups and previews from the record; without, they answer something fixed
 * @param archiveUrl of a Wayback Machine of our own, which is asked without pauses
 */
export async function openScene(
  over: Partial<CommandContext> = {},
  isReal = false,
  archiveUrl = 'http://127.0.0.1:9',
): Promise<Scene> {
  const server = await DiscordServer.start()
  const dataFolder = scratch()
  const store = await openStore({ dataFolder })
  const log = pino({ level: 'silent' })
  const clock = { now: '2026-03-02T12:00:00.000Z' }
  const config = {
    ...readConfig({ ALLOW_ADDRESSES: '127.0.0.0/8', WAYBACK_URL: archiveUrl }, { data: dataFolder }),
    wayback: { indexGapSeconds: 0, captureGapSeconds: 0, pageRows: 3, findCopies: false },
    entities: [mira],
    claims: [],
    sources: [],
    sample: null,
  }
  const kit: Kit = {
    store,
    config,
    rooms: await openRooms(config, store),
    reader: openReader(config, { hostGapMs: 0 }),
    now: () => clock.now,
    log,
    deliver: async () => 'later',
    progress: () => {},
    stopping: new AbortController().signal,
  }
  const post: CommandContext['post'] = async (posting, target) => {
    if (target.kind === 'discord') await postOnce(posting, target, context, scene.connection)
  }
  const tell: CommandContext['tell'] = (channelId, words) => sendNotice({ channelId }, words, scene.connection)
  const channelName = (id: string) => scene.connection.channelName(id)
  const context: CommandContext = {
    ...openContext(kit, { post, tell, channelName }),
    ...(isReal ? {} : FIXED),
    ...over,
  }
  const all = allCommands(context)
  const connection = await connectDiscord({ token: IDS.token, apiUrl: server.url, guildId: null, log, ...all })
  const scene: Scene = {
    server,
    store,
    context,
    kit,
    connection,
    clock,
    async [Symbol.asyncDispose]() {
      await connection.close()
      await kit.reader[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
  return scene
}

/** Puts one statement on record. */
export async function record(
  store: Store,
  {
    statement = {},
    document = {},
    match,
    now = '2026-03-02T11:00:00.000Z',
  }: { statement?: Partial<Statement>; document?: Partial<Document>; match?: string; now?: string } = {},
): Promise<void> {
  const one = aDocument(document)
  const said = aStatement({ documentId: one.id, ...statement })
  await store.sources.configure([aSource()])
  await store.claims.configure([aClaim()])
  await store.documents.put(one, {
    sourceId: 'gazette',
    keys: [`url:${one.url}`, one.id],
    backlog: false,
    sample: false,
    now,
  })
  const mention = {
    documentId: one.id,
    entityId: mira.id,
    text: 'Mira Sol',
    start: 25,
    end: 33,
    kind: 'name' as const,
    confidence: 1,
  }
  await store.documents.analysed(one.id, {
    version: 'v1',
    mentions: [mention],
    statements: [said],
    matches: match ? [aMatch({ statementId: said.id, claimId: match })] : [],
    quoteKeys: new Map([[said.id, ['lamps stay on']]]),
    now,
  })
}
