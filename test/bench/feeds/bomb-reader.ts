/** A process of its own that reads one address as the bot does and tells what became of it and how much memory it took. */
import { createNet } from '../../../src/sources/net.ts'

const net = createNet({ allowAddresses: ['127.0.0.0/8'] })
const began = performance.now()
const outcome = await net.get(process.argv[2] ?? '').then(
  () => 'read',
  (error: { reason: string }) => error.reason,
)
process.send?.({
  outcome,
  ms: performance.now() - began,
  mb: Math.round(process.resourceUsage().maxRSS / 1024),
})
await net.close()
process.disconnect?.()
