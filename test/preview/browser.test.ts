import axe from 'axe-core'
import pino from 'pino'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Preview, startPreview } from '../../src/preview/preview.ts'
import { browserIsMissing, openBrowser } from '../support/browser.ts'
import { previewSample } from '../support/preview-sample.ts'

const PATHS = ['/', '/lookup?q=lamps', '/claims', '/claim/lamps', '/sources', '/nothing']

describe.skipIf(browserIsMissing)('the preview page in a browser', () => {
  let browser: Browser
  let preview: Preview
  beforeAll(async () => {
    preview = await startPreview({ port: 0, readers: previewSample(), log: pino({ level: 'silent' }) })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await preview?.close()
  })

  /** A page with everything it asked for and complained about. */
  async function open(path: string, options: { width?: number; colorScheme?: 'light' | 'dark' } = {}) {
    const { width = 900, colorScheme = 'light' } = options
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme })
    const page = await context.newPage()
    const asked: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(new URL(path, preview.url).href)
    return { page, asked, complaints, close: () => context.close() }
  }
  const overflow = (page: Page) => page.evaluate('document.documentElement.scrollWidth - innerWidth') as Promise<number>

  test.each(PATHS.flatMap((path) => (['light', 'dark'] as const).map((theme) => [path, theme] as const)))(
    '%s in %s has no serious finding of axe',
    async (path, colorScheme) => {
      const { page, close } = await open(path, { colorScheme })
      await page.evaluate(axe.source)
      const { violations } = (await page.evaluate('axe.run()')) as {
        violations: { id: string; impact: string; nodes: { html: string }[] }[]
      }
      await close()
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
    },
  )

  test.each(PATHS)('%s fits 360 px', async (path) => {
    const { page, close } = await open(path, { width: 360 })
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    await close()
  })

  test('asks nothing of anybody else, and nothing is refused by its own policy', async () => {
    const { asked, complaints, close } = await open('/')
    expect(asked.filter((url) => !url.startsWith(preview.url))).toEqual([])
    expect(complaints.filter((text) => !/favicon/.test(text))).toEqual([])
    await close()
  })

  test('is dark where the reader’s machine is', async () => {
    const ground = async (colorScheme: 'light' | 'dark') => {
      const { page, close } = await open('/', { colorScheme })
      const colour = await page.evaluate('getComputedStyle(document.body).backgroundColor')
      await close()
      return colour
    }
    expect(await ground('dark')).not.toBe(await ground('light'))
  })

  test('can be used by keyboard alone', async () => {
    const { page, close } = await open('/')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toContain('Skip')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
    await page.goto(new URL('/lookup', preview.url).href)
    await page.focus('#q')
    await page.keyboard.type('the lamps')
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=the\+lamps/)
    expect(await page.textContent('main')).toContain('What is on record')
    await close()
  })

  test('has a citation to copy on the page of a record', async () => {
    const { page, close } = await open('/record/st-1')
    await page.focus('summary')
    await page.keyboard.press('Enter')
    const cited = await page.locator('.cite').innerText()
    expect(cited).toContain('Mira Sol: “The lamps stay on for 34 nights')
    expect(cited).toContain('Record st-1, read 2026-03-05.')
    await close()
  })

  test('has each entry under its permanent id', async () => {
    const { page, close } = await open('/#record-st-1')
    expect(await page.textContent('#record-st-1')).toContain('The lamps stay on')
    await close()
  })
})
