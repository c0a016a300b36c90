/** `npm run bench [-- NAME…]`: prints speed and size beside named peers, same work, same run. */
import { runTables } from '../support/tables.ts'

await runTables(import.meta.filename)
