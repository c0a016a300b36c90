import { type Kysely, sql } from 'kysely'

/** Claims by what they say, so that identical ones merge; what they were before each edit; their full text. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of SCHEMA) await sql.raw(statement).execute(db)
}

const WORDS = (row: string) =>
  `json_extract(${row}.body, '$.text'), coalesce(json_extract(${row}.body, '$.title'), ''), coalesce((select group_concat(value, ' ') from json_each(${row}.body, '$.paraphrases')), '')`

const SCHEMA = [
  'alter table claims add column same_key text',
  'create index claims_same on claims (owner, same_key)',
  `create table claim_history (sequence integer primary key autoincrement, claim_id text not null, changed_at text not null,
    changed_by text not null, before text, after text)`,
  'create index claim_history_claim on claim_history (claim_id)',
  "create virtual table claim_words using fts5 (text, title, paraphrases, tokenize = 'porter unicode61')",
  `insert into claim_words (rowid, text, title, paraphrases) select claims.rowid, ${WORDS('claims')} from claims`,
  `create trigger claims_added after insert on claims begin
    insert into claim_words (rowid, text, title, paraphrases) values (new.rowid, ${WORDS('new')}); end`,
  `create trigger claims_removed after delete on claims begin delete from claim_words where rowid = old.rowid; end`,
  `create trigger claims_changed after update of body on claims begin
    delete from claim_words where rowid = old.rowid;
    insert into claim_words (rowid, text, title, paraphrases) values (new.rowid, ${WORDS('new')}); end`,
]
