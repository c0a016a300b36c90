import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { viewDigest } from '../digests/digest-view.ts'
import { renderText } from '../digests/render-text.ts'
import { createLog } from '../log.ts'
import { type Desk, main } from '../main.ts'
import type { Verb } from './verb.ts'

export const verb: Verb = {
  summary: 'do the main job: poll, analyse, compose, deliver',
  help: `
usage: npm start
       npm run -s onrecord -- run [--once] [--config FILE] [--data FOLDER]

Polls the sources of the config, finds who said what, matches it with known claims, prints the digest and, with
DISCORD_TOKEN, posts it to the subscribed channels. Goes on until SIGINT or SIGTERM; SIGHUP or a change of the config
files reads them again. Digests go to standard output, logs and remarks to standard error.

  --once          one full cycle, then end
  --config FILE   config file (default config/onrecord.yaml, or ONRECORD_CONFIG)
  --data FOLDER   where the record is kept (default ./data, or ONRECORD_DATA)

example: npm run -s onrecord -- run --once --data /tmp/try`,
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: { once: { type: 'boolean', default: false }, config: { type: 'string' }, data: { type: 'string' } },
    })
    const paths = { config: values.config, data: values.data }
    const config = await loadConfig(paths)
    const log = createLog(config.logLevel, config.secrets)
    return main({ config, paths, once: values.once, log, desk: openDesk(io.out, io.err, io.progress) })
  },
}

/** Prints digests as text; draws progress on one line of its own, only where a person looks on. */
function openDesk(out: (line: string) => void, err: (line: string) => void, isTerminal: boolean): Desk {
  const { stdout } = process
  const style = {
    colour: stdout.isTTY === true && stdout.hasColors?.() === true,
    width: stdout.columns ?? 100,
    timeZone: stdout.isTTY ? Intl.DateTimeFormat().resolvedOptions().timeZone : 'UTC',
  }
  return {
    show: ({ digest }) => out(renderText(viewDigest(digest), style)),
    remark: err,
    progress(work, done, all) {
      if (!isTerminal) return
      const end = done >= all ? '\r\u001b[K' : ''
      process.stderr.write(`\r\u001b[K${work}: ${done} of ${all}${end}`)
    },
  }
}
