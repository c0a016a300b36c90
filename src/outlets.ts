import type { Kit } from './jobs/kit.ts'
import type { Desk } from './main.ts'
import type { Delivery } from './model.ts'

/** Everywhere a digest can go besides the terminal: Discord, and the preview page. */
export type Outlets = AsyncDisposable & { deliver(delivery: Delivery): Promise<{ messageIds: string[] } | 'later'> }

export async function openOutlets(_kit: Kit, _desk: Desk): Promise<Outlets> {
  return { deliver: async () => 'later', async [Symbol.asyncDispose]() {} }
}
