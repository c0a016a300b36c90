/** Parameters that say where a reader came from, not what is read. */
const TRACKING =
  /^(utm_\w+|fbclid|gclid|gclsrc|dclid|msclkid|yclid|twclid|igshid|igsh|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|oly_(anon|enc)_id|vero_(conv|id)|wickedid|wt_mc|wtrid|ito|cmpid|cmp|ncid|ocid|smid|smtyp|ref_src|ref_url|feedtype|feedname|at_(medium|campaign|custom\d|link_\w+|ptr_name|bbc_team|format|xt)|ns_(mchannel|source|campaign|linkname|fee)|s_cid|sr_share|soc_(src|trk)|xtor|icid|intcid|guccounter|guce_\w+)$/i

/**
 * The address without what only tells where its reader came from. What needs no change stays letter for letter.
 *
 * @returns null where it is no web address
 */
export function canonicalUrl(address: string | null): string | null {
  const url = address ? URL.parse(address) : null
  if (!address || !url || !/^https?:$/.test(url.protocol)) return null
  const kept = [...url.searchParams.keys()].filter((name) => !TRACKING.test(name))
  const fragment = /^#(?:xtor=|utm_|comment|ref=|ftag=|Echobox=|intcid)/i.test(url.hash)
  if (kept.length === url.searchParams.size && !fragment) return address
  for (const name of [...url.searchParams.keys()]) if (TRACKING.test(name)) url.searchParams.delete(name)
  if (fragment) url.hash = ''
  return url.href
}

/**
 * What two addresses of one article have in common: no scheme, no `www.`, `m.` or `amp.`, no AMP path or parameter,
 * no tracking, no fragment, no final slash. For comparing only: it need not open.
 *
 * @returns null where it is no web address
 */
export function urlKey(address: string | null): string | null {
  const canonical = canonicalUrl(unwrapped(address))
  const url = canonical ? URL.parse(canonical) : null
  if (!url) return null
  const host = url.hostname.replace(/^(?:www\d?|m|mobile|amp|touch)\.(?=[^.]+\.)/, '').replace(/\.$/, '')
  const path = url.pathname
    .replace(/^\/amp\/(?=.)/, '/')
    .replace(/(?:\/amp|\.amp|\/amp\.html|\.amp\.html)\/?$/, (end) => (end.includes('.html') ? '.html' : ''))
    .replace(/\/(?:index\.(?:html?|php))?$/, '')
  for (const name of ['amp', 'outputType', 'output', 'isAmp', 'platform', 'view'])
    if (/^(?:1|true|amp|mobile|)$/i.test(url.searchParams.get(name) ?? 'x')) url.searchParams.delete(name)
  url.searchParams.sort()
  const query = url.searchParams.toString()
  return `${host}${url.port ? `:${url.port}` : ''}${path}${query ? `?${query}` : ''}`
}

/** The publisher's address behind an AMP cache or a redirecting link that carries it. */
function unwrapped(address: string | null): string | null {
  const url = address ? URL.parse(address) : null
  if (!url) return address
  const cached = /^\/(?:amp\/|[cv]\/)(s\/)?([^/]+\.[^/]+\/.*)$/.exec(url.pathname)
  if (cached && /(^|\.)(cdn\.ampproject\.org|google\.[a-z.]+)$/.test(url.hostname))
    return `http${cached[1] ? 's' : ''}://${cached[2]}${url.search}`
  if (/^(?:www\.)?google\.[a-z.]+$/.test(url.hostname) && url.pathname === '/url')
    return url.searchParams.get('url') ?? url.searchParams.get('q') ?? address
  return address
}
