import { type LookupAddress, type LookupAllOptions, lookup as systemResolve } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { SourceError } from '../errors.ts'

/** As `dns.lookup` with `all`: every address of a name. */
export type Resolve = (
  host: string,
  options: LookupAllOptions,
  answer: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void

/** 2000::/3, the only part of IPv6 that is given out (RFC 4291 §2.4, IANA). */
const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::')

/** Which addresses outgoing requests may reach. */
export type AddressRule = {
  /** True for public addresses, and for those in the operator's own CIDR ranges. */
  allows(address: string): boolean
  /** Resolves a host and hands on only allowed addresses, so that what was checked is what is connected to. */
  lookup: LookupFunction
}

/**
 * Only public unicast addresses may be reached: no loopback, private, link-local, carrier-grade NAT, NAT64, 6to4,
 * Teredo or reserved ones, in whatever spelling. IPv4 inside IPv6 is judged as the IPv4 address it stands for.
 *
 * @param allowed CIDR ranges that may be reached although they are not public
 * @param resolve finds the addresses of a name, as `dns.lookup` does
 */
export function addressRule(allowed: readonly string[], resolve: Resolve = systemResolve): AddressRule {
  const ranges = allowed.map((cidr) => ipaddr.parseCIDR(cidr))
  const allows = (address: string): boolean => {
    if (!ipaddr.isValid(address)) return false
    const parsed = ipaddr.process(address)
    if (parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST, 3))) return true
    return ranges.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits))
  }
  const lookup: LookupFunction = (host, options, answer) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return answer(error, [])
      const reachable = found.filter(({ address }) => allows(address))
      const [first] = reachable
      if (!first) return answer(Object.assign(new Error(`${host} has no public address`), { code: 'ENOTPUBLIC' }), [])
      if (options.all) answer(null, reachable)
      else answer(null, first.address, first.family)
    })
  }
  return { allows, lookup }
}

/**
 * Checks what can be told from the address alone. A host name's addresses are checked where it is resolved.
 *
 * @throws {SourceError} refused: another scheme, a name and password, a private address
 */
export function checkedUrl(address: string, rule: AddressRule): URL {
  const url = URL.parse(address)
  if (!url)
    throw new SourceError('refused', address, 'this is not a whole address; write one such as https://example.org/feed')
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new SourceError('refused', address, `only http and https addresses are read, not ${url.protocol}`)
  if (url.username || url.password) {
    url.username = ''
    url.password = ''
    throw new SourceError('refused', url.href, 'addresses with a name and password are not read; take them out')
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(host) && !rule.allows(host)) throw refusedPrivate(address)
  return url
}

export const refusedPrivate = (address: string, cause?: unknown): SourceError =>
  new SourceError(
    'refused',
    address,
    'its address is not a public one; if you mean to read it, name its range in ALLOW_ADDRESSES',
    { cause },
  )
