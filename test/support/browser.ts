import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** The machine's own browser: `CHROME_PATH`, or where Debian puts it. */
const path = [process.env.CHROME_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (one) => one && existsSync(one),
)

/** For `describe.skipIf`: the reason is said once. */
export const browserIsMissing = !path
if (browserIsMissing) console.warn('skipping the tests in a browser: install chromium, or set CHROME_PATH')

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: path ?? '', args: ['--no-sandbox', '--disable-gpu'], timeout: 30_000 })
