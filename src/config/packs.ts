import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Entity, Source } from '../model.ts'
import { readYaml } from './read-yaml.ts'
import { PackFile, toEntities, toSources } from './schema.ts'

/** A topic to begin with: whom to track, and what to read. A server that picks it owns copies of both. */
export type Pack = { id: string; title: string; about: string; sources: Source[]; entities: Entity[] }

/** More than a menu of Discord's holds is not offered. */
const MOST_PACKS = 20

/** Every `.yaml` of a folder, by name. A folder that is not there holds none; faults are named as the config's are. */
export function readPacks(folder: string, faults: string[]): Pack[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
  return names.slice(0, MOST_PACKS).flatMap((name) => {
    const file = readYaml(join(folder, name), PackFile, faults)
    if (!file) return []
    const { title, about } = file.value
    const sources = toSources(file.value, file, false, faults)
    for (const { address } of sources)
      if (!/^(?:https?:\/\/|wayback:)/.test(address))
        faults.push(`${file.path}: “${address}” must be an address: servers read nothing from this machine`)
    return [{ id: basename(name, '.yaml'), title, about, sources, entities: toEntities(file.value, file, faults) }]
  })
}
