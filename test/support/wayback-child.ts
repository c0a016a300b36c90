/**
 * Reads an account from a Wayback Machine into a SQLite file, each step in one transaction, as the record does; killed at any
 * moment and started again, it goes on. Arguments: base address, path of the file.
 */
import { DatabaseSync } from 'node:sqlite'
import { createWayback, type WaybackCursor, waybackTarget } from '../../src/sources/archive/wayback.ts'
import { createNet } from '../../src/sources/net.ts'
import { createParsers } from '../../src/sources/parsers.ts'

const [base = '', file = ''] = process.argv.slice(2)
const db = new DatabaseSync(file)
db.exec(
  'pragma journal_mode=wal; create table if not exists posts (id text); create table if not exists place (cursor text)',
)
const kept = db.prepare('select cursor from place').get() as { cursor: string } | undefined
const net = createNet({ allowAddresses: ['127.0.0.0/8'], hostGapMs: 0 })
const parsers = createParsers({ size: 1 })
const wayback = createWayback({ net, parsers, base, limits: { cdxGapMs: 30, replayGapMs: 30, pageRows: 4 } })
const known = kept ? (JSON.parse(kept.cursor) as WaybackCursor) : null
for await (const { items, cursor } of wayback.steps(waybackTarget('wayback:twitter.com/tidewatch_demo')!, known)) {
  db.exec('begin immediate')
  for (const { guid } of items) db.prepare('insert into posts values (?)').run(guid)
  db.exec('delete from place')
  db.prepare('insert into place values (?)').run(JSON.stringify(cursor))
  db.exec('commit')
  process.stdout.write('step\n')
}
await Promise.all([net.close(), parsers.close()])
db.close()
