import pino from 'pino'
import { importOne } from '../../src/jobs/imports.ts'
import { openStore } from '../../src/store/open-store.ts'

/** A worker that goes on with an import and dies within its third batch, after the writing and before that stands. */
const [place = '', id = ''] = process.argv.slice(2)
const store = await openStore(JSON.parse(place))
let begun = 0
const doomed: typeof store = {
  ...store,
  transaction: (work, lane) =>
    store.transaction(async (tx) => {
      const done = await work(tx)
      begun += 1
      if (begun === 3) process.kill(process.pid, 'SIGKILL')
      return done
    }, lane),
}
await importOne(id, {
  store: doomed,
  now: () => new Date().toISOString(),
  log: pino({ level: 'silent' }),
  stopping: new AbortController().signal,
})
