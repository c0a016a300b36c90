import type { Author } from '../../model.ts'
import { brokenOff, type Read } from './json-lines.ts'
import { type LongPost, readArchivePosts, readLongPosts, readOwner } from './personal-archive.ts'
import { climbsOut, openZip, type ZipMember } from './zip.ts'

/** The scripts that are read. Direct messages, addresses, devices: nothing else in the archive is ever opened. */
const POSTS = /^(?:[^/]+\/)?(?:data\/js\/tweets\/\d{4}_\d{2}\.js|(?:data\/)?tweets?(?:-part\d+)?\.js)$/
const NOTES = /^(?:[^/]+\/)?(?:data\/)?note-tweet(?:-part\d+)?\.js$/
const DELETED = /^(?:[^/]+\/)?(?:data\/)?deleted-tweets?(?:-part\d+)?\.js$/
const OWNER = /^(?:[^/]+\/)?(?:data\/)?(?:account\.js|js\/user_details\.js)$/
const MAX_SMALL = 20_000_000

/** True where the members are those of a personal archive. */
export const isPersonalArchive = (members: ZipMember[]): boolean => members.some(({ name }) => POSTS.test(name))

/**
 * Reads a personal archive as Twitter hands it out, of all three generations, member by member.
 *
 * @param options.deleted also the posts that their author has deleted, marked so
 */
export async function* readExportZip(path: string, options: { deleted?: boolean } = {}): AsyncGenerator<Read> {
  const zip = await openZip(path)
  try {
    for (const { name } of zip.members)
      if (climbsOut(name))
        yield {
          problem: {
            where: `${path}, ${name}`,
            reason: 'this member’s path leads out of the archive; it was not read',
          },
        }
    const members = zip.members.filter(({ name }) => !climbsOut(name))
    const owner = await ownerOf(members)
    const notes: LongPost[] = []
    for (const member of members.filter(({ name }) => NOTES.test(name))) {
      try {
        notes.push(...(await readLongPosts(await member.open())))
      } catch (error) {
        yield { problem: { where: `${path}, ${member.name}`, reason: brokenOff(error) } }
      }
    }
    for (const member of members) {
      const deleted = DELETED.test(member.name)
      if (deleted ? !options.deleted : !POSTS.test(member.name)) continue
      yield* readMember(path, member, { owner, notes, deleted })
    }
  } finally {
    zip.close()
  }
}

async function* readMember(
  path: string,
  member: ZipMember,
  options: { owner: Author | null; notes: LongPost[]; deleted: boolean },
): AsyncGenerator<Read> {
  const where = `${path}, ${member.name}`
  if (member.encrypted) {
    yield { problem: { where, reason: 'this member is encrypted; unpack the archive with its password first' } }
    return
  }
  try {
    yield* readArchivePosts(await member.open(), path, { member: member.name, ...options })
  } catch (error) {
    yield { problem: { where, reason: brokenOff(error) } }
  }
}

async function ownerOf(members: ZipMember[]): Promise<Author | null> {
  for (const member of members.filter(
    ({ name, size, encrypted }) => OWNER.test(name) && size <= MAX_SMALL && !encrypted,
  )) {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of (await member.open()) as AsyncIterable<Buffer>) chunks.push(chunk)
    } catch {
      continue
    }
    const owner = readOwner(Buffer.concat(chunks).toString('utf8'))
    if (owner) return owner
  }
  return null
}
