import { unwatchFile, watchFile } from 'node:fs'

/**
 * Calls back when any of these files changes. Looks once a second: that sees an editor's rename, a mounted volume and
 * a network disk alike.
 */
export function watchFiles(files: string[], changed: () => void): Disposable {
  for (const file of files) watchFile(file, { interval: 1000, persistent: false }, changed)
  return {
    [Symbol.dispose]: () => {
      for (const file of files) unwatchFile(file, changed)
    },
  }
}
