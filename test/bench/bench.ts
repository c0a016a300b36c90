/** `npm run bench [-- NAME…]`: prints speed and size beside named peers, same work, same run. `scale` takes half an hour: by name alone. */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { runTables } from '../support/tables.ts'

// As launch.js does, for the threads that are measured here too.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../../node_modules/.cache/compiled')
enableCompileCache()
await runTables(import.meta.filename, { onlyByName: ['scale'] })
