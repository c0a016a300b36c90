import { execFileSync } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { run } from '../support/onrecord.ts'
import { scratch } from '../support/scratch.ts'

/** A small disk of its own, or null where this machine does not let us mount one. */
function disk(options: string): string | null {
  const folder = scratch()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return null
  }
  onTestFinished(() => void execFileSync('umount', [folder]))
  return folder
}
const mayMount = (() => {
  try {
    execFileSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs tmpfs "$d" && umount "$d" && rmdir "$d"'], {
      stdio: 'ignore',
    })
    return true
  } catch {
    console.warn('skipping the tests of full and read-only disks: this machine lets nobody mount one')
    return false
  }
})()

describe.skipIf(!mayMount)('a disk', () => {
  test.each([
    ['that is full', 'size=300k', /the disk is full; free some space/],
    ['that is read-only', 'size=4m,ro', /cannot be written; make the folder writable/],
  ])('%s gives one clear line and exit code 1', async (_what, options, words) => {
    const data = disk(options)
    const folder = scratch()
    cpSync(resolve(import.meta.dirname, '../../config/sample'), join(folder, 'sample'), { recursive: true })
    writeFileSync(join(folder, 'onrecord.yaml'), 'sample: sample/onrecord.yaml\n')
    const { code, err } = await run(['run', '--once', '--config', join(folder, 'onrecord.yaml'), '--data', data!])
    expect(code).toBe(1)
    expect(err.trim().split('\n')).toEqual([expect.stringMatching(words)])
  })
})
