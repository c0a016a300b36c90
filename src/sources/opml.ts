import { generateOpml, parseOpml } from 'feedsmith'
import { z } from 'zod'

/** One subscription of a list that feed readers exchange. */
export type OpmlFeed = { address: string; title: string | null; site: string | null; folder: string | null }

type Outline = {
  text?: string | undefined
  title?: string | undefined
  xmlUrl?: string | undefined
  htmlUrl?: string | undefined
  outlines?: Outline[] | undefined
}
const Outline: z.ZodType<Outline> = z.lazy(() =>
  z.object({
    text: z.string().optional(),
    title: z.string().optional(),
    xmlUrl: z.string().optional(),
    htmlUrl: z.string().optional(),
    outlines: z.array(Outline).optional(),
  }),
)
const Opml = z.object({ body: z.object({ outlines: z.array(Outline).default([]) }).optional() })

/** The feeds of an OPML list, each once, in their order. @returns null where the text is no OPML */
export function readOpml(text: string): OpmlFeed[] | null {
  let parsed: z.output<typeof Opml>
  try {
    parsed = Opml.parse(parseOpml(text))
  } catch {
    return null
  }
  const feeds = new Map<string, OpmlFeed>()
  const walk = (outlines: Outline[], folder: string | null, depth: number) => {
    for (const { text: label, title, xmlUrl, htmlUrl, outlines: inner } of outlines) {
      const name = (title ?? label)?.trim() || null
      const address = xmlUrl?.trim()
      if (address && /^(?:https?|feed):\/\//i.test(address)) {
        const whole = address.replace(/^feed:\/\//i, 'https://')
        if (!feeds.has(whole)) feeds.set(whole, { address: whole, title: name, site: htmlUrl?.trim() || null, folder })
      }
      if (inner && depth < 20) walk(inner, address ? folder : (name ?? folder), depth + 1)
    }
  }
  walk(parsed.body?.outlines ?? [], null, 0)
  return [...feeds.values()]
}

/** An OPML 2.0 list of feeds, their folders kept. */
export function writeOpml(feeds: readonly OpmlFeed[], title: string): string {
  const outline = ({ address, title: name, site }: OpmlFeed): Outline & { type: string } => ({
    text: name ?? address,
    title: name ?? address,
    type: 'rss',
    xmlUrl: address,
    ...(site ? { htmlUrl: site } : {}),
  })
  const outlines: Outline[] = feeds.filter(({ folder }) => folder === null).map(outline)
  for (const [folder, inside] of Map.groupBy(feeds, ({ folder }) => folder))
    if (folder !== null) outlines.push({ text: folder, title: folder, outlines: inside.map(outline) })
  return generateOpml({ head: { title }, body: { outlines: outlines as never } })
}
