/** Reads one file of posts in a process of its own and prints the most memory that it had, in MB. Argument: its path. */
import { readLocalFile } from '../../../src/sources/file.ts'
import { createParsers } from '../../../src/sources/parsers.ts'

const parsers = createParsers()
for await (const _ of readLocalFile(process.argv[2] ?? '', parsers));
await parsers.close()
console.log(Math.round(process.resourceUsage().maxRSS / 1024))
