import { DatabaseSync } from 'node:sqlite'
import MiniSearch from 'minisearch'

/** Another search engine over the same tokens: each text is its terms, parted by single spaces. */
export type Peer = { name: string; search(terms: string[]): unknown; close(): void }

export function openMiniSearch(texts: Iterable<string>): Peer {
  const split = (text: string) => text.split(' ')
  const engine = new MiniSearch<{ id: number; text: string }>({
    fields: ['text'],
    tokenize: split,
    processTerm: (term) => term,
  })
  let id = 0
  for (const text of texts) engine.add({ id: id++, text })
  return {
    name: 'MiniSearch 7',
    search: (terms) => engine.search(terms.join(' '), { combineWith: 'OR' }).slice(0, 5),
    close: () => engine.removeAll(),
  }
}

export function openFts5(texts: Iterable<string>): Peer {
  const db = new DatabaseSync(':memory:')
  db.exec("create virtual table claims using fts5 (text, tokenize = 'unicode61')")
  const insert = db.prepare('insert into claims (rowid, text) values (?, ?)')
  db.exec('begin')
  let id = 0
  for (const text of texts) insert.run(++id, text)
  db.exec("commit; insert into claims (claims) values ('optimize')")
  const find = db.prepare('select rowid from claims where claims match ? order by rank limit 5')
  return {
    name: 'SQLite FTS5',
    search: (terms) => find.all(terms.map((term) => `"${term.replaceAll('"', '')}"`).join(' OR ')),
    close: () => db.close(),
  }
}
