import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { isNode, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'

/** A YAML file that fits its schema, and the way back from a key to its line. */
export type YamlFile<T> = { path: string; value: T; at(key: PropertyKey[]): string }

/**
 * Reads and checks one YAML file. A fault is one line: `config/onrecord.yaml:12 sources[3].address: …`.
 *
 * @returns null where there was a fault
 */
export function readYaml<S extends z.ZodType>(path: string, schema: S, faults: string[]): YamlFile<z.output<S>> | null {
  const name = relative(process.cwd(), path).startsWith('..') ? path : relative(process.cwd(), path)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    faults.push(`${name}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}`)
    return null
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  for (const error of document.errors) {
    const { line, col } = lines.linePos(error.pos[0])
    faults.push(`${name}:${line}:${col} ${error.message}`)
  }
  if (document.errors.length > 0) return null
  let plain: unknown
  try {
    plain = document.toJS()
  } catch (error) {
    // An alias without its anchor, or so many that they would fill the memory.
    faults.push(`${name}: ${(error as Error).message}`)
    return null
  }
  const at = (key: PropertyKey[]) => `${name}:${lineOf(document, lines, key)} ${keyText(key)}`
  const parsed = schema.safeParse(plain ?? {})
  if (parsed.success) return { path, value: parsed.data, at }
  for (const issue of parsed.error.issues) {
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys)
        faults.push(`${at([...issue.path, key])}: is no key that this file knows; check its spelling`)
    else faults.push(`${at(issue.path)}: ${issue.message}`)
  }
  return null
}

/** The line of the nearest part of this key that stands in the file. */
function lineOf(document: ReturnType<typeof parseDocument>, lines: LineCounter, key: PropertyKey[]): number {
  for (let depth = key.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(key.slice(0, depth), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

function keyText(key: PropertyKey[]): string {
  return key.map((part, i) => (typeof part === 'number' ? `[${part}]` : (i > 0 ? '.' : '') + String(part))).join('')
}
