/** `npm run bench [-- NAME…]`: prints speed and size beside named peers, same work, same run. `scale` takes half an hour: by name alone. */
import { runTables } from '../support/tables.ts'

await runTables(import.meta.filename, { onlyByName: ['scale'] })
