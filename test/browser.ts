import axe from 'axe-core'
import { existsSync } from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'
import type { Test } from 'tap'

const { CHROMIUM_PATH = '/usr/bin/chromium' } = process.env
const QUIET = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']

/** Why there is no browser to test with; false where there is one. */
export const noBrowser = existsSync(CHROMIUM_PATH) ? false : `there is no Chromium at ${CHROMIUM_PATH}; set CHROMIUM_PATH`

export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM_PATH, args: QUIET })

/** A window with a memory of its own. Whatever goes wrong in the page fails the test; `allowed` are failures that the test brings about. */
export async function openWindow (t: Test, browser: Browser, url: string, { allowed = /^$/, ...options }: Parameters<Browser['newContext']>[0] & { allowed?: RegExp } = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  page.on('pageerror', (error) => { t.fail(`the page threw ${error.message}`) })
  page.on('console', (message) => { if (message.type() === 'error' && !allowed.test(message.text())) t.fail(`the page complains: ${message.text()}`) })
  t.teardown(() => context.close())
  await page.goto(url)
  return page
}

/** What the rules of WCAG 2.2 A and AA find wrong with a page as it stands, each by rule and place. */
export async function barriers (page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(async () => await (globalThis as unknown as { axe: typeof axe }).axe
    .run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }))
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary?.replaceAll('\n', ' ')}`))
}
