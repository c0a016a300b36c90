import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Parsers } from '../parsers.ts'
import { readArchivedBody } from './archived-body.ts'
import type { Read } from './json-lines.ts'

const Cassette = z.object({
  interactions: z.array(
    z.object({
      request: z.object({ uri: z.string() }).catch({ uri: '' }),
      response: z.object({
        body: z.object({ string: z.union([z.string(), z.instanceof(Uint8Array)]).catch('') }).catch({ string: '' }),
        status: z.object({ code: z.number() }).catch({ code: 200 }),
      }),
    }),
  ),
})

/** True for the recordings that VCR and its kin make of HTTP exchanges. */
export const isCassette = (start: string): boolean => /^interactions:\s*\n\s*-/.test(start)

/** Reads the answers of a recorded exchange. Requests are never looked into: they may hold credentials. */
export async function* readCassette(text: string, source: string, parsers: Parsers): AsyncGenerator<Read> {
  const cassette = Cassette.safeParse(safeYaml(text))
  if (!cassette.success) {
    yield { problem: { where: source, reason: 'this looks like a recording of HTTP exchanges, but it cannot be read' } }
    return
  }
  for (const [i, { request, response }] of cassette.data.interactions.entries()) {
    const place = { source, locator: `interaction ${i + 1}` }
    const bytes = unpackedBody(response.body.string)
    if (!bytes)
      yield {
        problem: {
          where: `${source}, ${place.locator}`,
          reason: 'this answer’s packing is damaged; it was passed over',
        },
      }
    else if (response.status.code === 200)
      yield* readArchivedBody({ bytes, contentType: null, address: request.uri, place }, parsers)
  }
}

function safeYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 10, schema: 'yaml-1.1' })
  } catch {
    return null
  }
}

function unpackedBody(body: string | Uint8Array): Buffer | null {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body)
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: 20_000_000 })
  } catch {
    return null
  }
}
