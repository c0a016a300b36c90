import { withBackoff } from './backoff.ts'
import type { DiscordConnection } from './client.ts'
import { mayMend } from './failures.ts'

/** A question may be asked again at once: it changes nothing. */
const PATIENCE = { tries: 3, firstMs: 200, mostMs: 2000 }

/** Asks Discord something, again where the line dropped. @throws what the last try threw */
export const ask = <T>(
  { rest }: Pick<DiscordConnection, 'rest'>,
  route: `/${string}`,
  query?: URLSearchParams,
): Promise<T> => withBackoff(async () => (await rest.get(route, query ? { query } : {})) as T, mayMend, PATIENCE)
