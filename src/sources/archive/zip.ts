import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import yauzl from 'yauzl'

/** A file inside a ZIP. Nothing is ever written to disk, so its name is only a name. */
export type ZipMember = { name: string; size: number; encrypted: boolean; open(): Promise<Readable> }

/** Lists a ZIP's members without unpacking any. @throws {Error} where its directory is damaged or missing */
export async function openZip(path: string): Promise<{ members: ZipMember[]; close(): void }> {
  const zip = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(path, {
    lazyEntries: true,
    autoClose: false,
    decodeStrings: false,
    validateEntrySizes: true,
  })
  const open = promisify(zip.openReadStream.bind(zip)) as unknown as (
    entry: yauzl.Entry,
    options: object,
  ) => Promise<Readable>
  const members: ZipMember[] = []
  await new Promise<void>((done, failed) => {
    zip.on('error', failed)
    zip.on('end', done)
    zip.on('entry', (entry: yauzl.Entry) => {
      const name = (entry.fileName as unknown as Buffer).toString('utf8').replaceAll('\\', '/')
      const encrypted = (entry.generalPurposeBitFlag & 1) === 1
      if (!name.endsWith('/'))
        members.push({ name, size: entry.uncompressedSize, encrypted, open: () => open(entry, {}) })
      zip.readEntry()
    })
    zip.readEntry()
  })
  return { members, close: () => zip.close() }
}

/** A path that would leave the folder it is unpacked into, or an absolute one. */
export const climbsOut = (name: string): boolean => /(?:^|\/)\.\.(?:\/|$)|^\/|^[a-z]:/i.test(name)
