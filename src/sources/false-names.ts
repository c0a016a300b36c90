import type { RawItem } from '../model.ts'

/**
 * Marks addresses and leaves out guids that entries of one feed give for different stories (the site's front page, a
 * constant): they tell nothing apart.
 *
 * @param home the page that the feed as a whole stands for
 */
export function withoutFalseNames(items: RawItem[], home: string | null): RawItem[] {
  const guids = falseNames(
    items,
    ({ guid }) => guid,
    ({ url }) => url,
  )
  const urls = falseNames(
    items,
    ({ url }) => url,
    ({ guid }) => guid,
  )
  return items.map((item) => ({
    ...item,
    ...(item.guid !== null && guids.has(item.guid) ? { guid: null } : {}),
    ...(item.url !== null && (urls.has(item.url) || isHome(item.url, home)) ? { sharedAddress: true } : {}),
  }))
}

/** Names that several entries share although their titles and their other names all differ. */
function falseNames(
  items: RawItem[],
  nameOf: (item: RawItem) => string | null,
  otherOf: (item: RawItem) => string | null,
): Set<string> {
  const groups = new Map<string, RawItem[]>()
  for (const item of items) {
    const name = nameOf(item)
    if (name !== null) groups.set(name, [...(groups.get(name) ?? []), item])
  }
  const differ = (group: RawItem[], of: (item: RawItem) => string | null) =>
    new Set(group.map(of)).size === group.length
  const found = [...groups].filter(([, group]) => {
    if (group.length < 2 || !differ(group, ({ title }) => title)) return false
    return differ(group, otherOf) || group.every((item) => otherOf(item) === null)
  })
  return new Set(found.map(([name]) => name))
}

const isHome = (url: string, home: string | null): boolean => url === home || /^https?:\/\/[^/?#]+\/?$/i.test(url)
