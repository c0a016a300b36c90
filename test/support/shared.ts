import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Real feeds, posts and labelled corpora that belong to others and are not part of this repository. */
const folder = resolve(import.meta.dirname, '../../../shared')

/** The path of a piece of shared data, or null where the machine does not have it. */
export function shared(...path: string[]): string | null {
  const found = join(folder, ...path)
  return existsSync(found) ? found : null
}

/** For `describe.skipIf` and `test.skipIf`: the reason stands in the test's own name. */
export const sharedIsMissing = !existsSync(folder)
if (sharedIsMissing) console.warn(`skipping the tests on shared data: ${folder} is not on this machine`)
