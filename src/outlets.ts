import type { DiscordOutlet, DiscordPlace } from './commands/open-discord.ts'
import type { Kit } from './jobs/kit.ts'
import { previewReaders } from './jobs/preview-readers.ts'
import { type Pulse, readHealth } from './jobs/watch.ts'
import type { Delivery, Posting } from './model.ts'
import type { Metrics } from './preview/metrics.ts'
import { type Preview, startPreview } from './preview/preview.ts'

/** Everywhere a digest can go besides the terminal: Discord, and the preview page. */
export type Outlets = AsyncDisposable & {
  deliver(delivery: Delivery): Promise<{ messageIds: string[] } | 'later'>
  /** Changes what was posted to Discord to what its entries are now. */
  redraw(posting: Posting): Promise<'done' | 'later'>
  /** Address of the preview page, null where it is off. */
  page: string | null
  /** A line to the operator's channel, where there is one. Throws where it did not arrive. */
  tellOperator(words: string): Promise<void>
}

/**
 * Opens Discord, where there is a token, and the preview page, where the process goes on.
 *
 * @throws {DiscordError} `token` where Discord refuses it
 */
export async function openOutlets(
  kit: Kit,
  { once, pulse, place = {} }: { once: boolean; pulse: Pulse; place?: DiscordPlace },
): Promise<Outlets> {
  await using opened = new AsyncDisposableStack()
  const discord = kit.config.discord ? opened.use(await connect(kit, place)) : null
  const preview = once ? null : await openPreview(kit)
  if (preview) opened.defer(() => preview.close())
  const metrics = once ? null : await openMetrics(kit, pulse)
  if (metrics) opened.defer(() => metrics.close())
  const kept = opened.move()
  return {
    page: preview?.url ?? null,
    tellOperator: async (words) => {
      const channel = kit.config.operatorChannel
      if (channel && discord) await discord.tell(channel, words)
    },
    deliver: async (delivery) => (discord ? discord.deliver(delivery) : 'later'),
    redraw: async (posting) => (discord ? discord.redraw(posting) : 'later'),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** Discord's library is loaded only where it is used: it holds 60 MB. */
async function connect(kit: Kit, place: DiscordPlace): Promise<DiscordOutlet> {
  const { openDiscord } = await import('./commands/open-discord.ts')
  return openDiscord(kit, place)
}

/** A page that cannot be served is no reason to stop the main job. */
async function openPreview(kit: Kit): Promise<Preview | null> {
  if (kit.config.previewPort === null) return null
  try {
    return await startPreview({ port: kit.config.previewPort, readers: previewReaders(kit), log: kit.log })
  } catch (error) {
    kit.log.warn((error as Error).message)
    return null
  }
}

/** Health and metrics beside it; their library is loaded only where they are wanted. */
async function openMetrics(kit: Kit, pulse: Pulse): Promise<Metrics | null> {
  if (kit.config.metricsPort === null) return null
  try {
    const { startMetrics } = await import('./preview/metrics.ts')
    return await startMetrics({ port: kit.config.metricsPort, read: () => readHealth(kit, pulse), log: kit.log })
  } catch (error) {
    kit.log.warn((error as Error).message)
    return null
  }
}
