/** `npm run eval [-- NAME…]`: prints the quality tables on labelled data. */
import { runTables } from '../support/tables.ts'

await runTables(import.meta.filename)
