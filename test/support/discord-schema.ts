import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { shared } from './shared.ts'

const path = shared('discord', 'openapi.json')
let ajv: Ajv2020 | null = null
const compiled = new Map<string, ValidateFunction>()

function load(file: string): Ajv2020 {
  const made = new Ajv2020({ strict: false, allErrors: false })
  addFormats.default(made)
  made.addFormat('snowflake', /^\d{1,20}$/)
  made.addFormat('nonce', true)
  const spec = JSON.parse(readFileSync(file, 'utf8')) as { components: { schemas: Record<string, unknown> } }
  loosenPermissions(spec.components.schemas)
  made.addSchema({ ...spec, $id: 'discord' })
  return made
}

/** The description says integer; discord.js and Discord's own documentation say a string of digits. */
function loosenPermissions(schemas: Record<string, unknown>): void {
  for (const schema of Object.values(schemas)) {
    const { properties } = schema as { properties?: Record<string, unknown> }
    if (properties?.default_member_permissions) properties.default_member_permissions = {}
  }
}

/**
 * Checks a body against Discord's own description, where this machine has it.
 *
 * @param operation method and path template, such as `post /channels/{channel_id}/messages`
 */
export function schemaFaults(operation: string, body: unknown): string[] {
  if (!path) return []
  ajv ??= load(path)
  const [method, route = ''] = operation.split(' ')
  const pointer = `paths/${route.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}`
  const $ref = `discord#/${pointer}/requestBody/content/application~1json/schema`
  const validate = compiled.get($ref) ?? ajv.compile({ $ref })
  compiled.set($ref, validate)
  if (validate(body)) return []
  return (validate.errors ?? []).slice(0, 5).map(({ instancePath, message }) => `schema: ${instancePath} ${message}`)
}
