import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const read = (page: string) => readFileSync(join(root, page), 'utf8')

describe.each(['docs/security.md', 'docs/reliability.md'].filter((page) => existsSync(join(root, page))))(
  '%s',
  (page) => {
    test('names only tests that there are', () => {
      const named = Array.from(read(page).matchAll(/`([\w./-]+\.test\.ts)`/g), ([, path]) => path!)
      expect(named.length).toBeGreaterThan(5)
      const places = (path: string) => [join(root, 'test', path), join(root, path)]
      expect(named.filter((path) => !places(path).some((place) => existsSync(place)))).toEqual([])
    })
  },
)
