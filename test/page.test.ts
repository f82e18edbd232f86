import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import t from 'tap'
import { buildApp } from '../api/app.js'
import { loadConfig } from '../engine/config.js'
import { createEngine } from '../engine/engine.js'
import { barriers, noBrowser, openBrowser, openWindow } from './browser.js'
import { PASSWORD } from './login.js'
import { testConfig } from './world.js'

/** The page as people use it, in a real browser: the demo world, two people, two windows. `TERAFFI_SCREENSHOTS` says where pictures go. */

if (noBrowser !== false) {
  t.test('the page', { skip: noBrowser }, () => {})
} else {
  await useThePage()
}

async function useThePage () {
  const pictures = process.env.TERAFFI_SCREENSHOTS ?? '.data/test/screenshots'
  mkdirSync(pictures, { recursive: true })

  const tenantId = `page-${randomUUID()}`
  const engine = await createEngine(loadConfig({ ...testConfig(), TERAFFI_TENANT: tenantId, TERAFFI_RATE_LIMITS: '5000,5000,5000' }))
  await engine.seed(tenantId)
  const app = await buildApp(engine)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const browser = await openBrowser()
  t.teardown(async () => {
    await browser.close()
    await app.close()
    await engine.close()
  })

  const register = async (page: Page, name: string) => {
    await page.getByRole('button', { name: 'Make an account' }).click()
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('Email').fill(`${name.toLowerCase().replaceAll(/[^a-z]/g, '').slice(0, 4)}${randomUUID().slice(0, 8)}@example.org`)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Make an account' }).click()
    await page.getByRole('heading', { name: 'Two questions' }).waitFor()
  }
  const answer = async (page: Page, about: string, wish: string) => {
    await page.getByLabel('Who are you and what do you make?').fill(about)
    await page.getByLabel('Who would you like to work with').fill(wish)
    await page.getByRole('button', { name: 'Read my answers' }).click()
    await page.getByRole('heading', { name: 'This is what I understood' }).waitFor()
  }
  const screen = async (page: Page, name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click()
  const picture = (page: Page, name: string) => page.screenshot({ path: join(pictures, `${name}.png`) })
  const listed = (page: Page) => page.locator('ol.matches li a b').allTextContents()

  t.test('from two questions to a partnership that another browser sees', async (t) => {
    const bo = await openWindow(t, browser, url)
    await register(bo, 'Bo Lind')
    await answer(bo, 'I run a repair cafe in Lund and teach visible mending. I sell zines.', 'I look for teachers of visible mending.')
    await bo.getByRole('button', { name: 'Find my matches' }).click()
    await bo.locator('ol.matches li').first().waitFor()
    await screen(bo, 'Partnerships')
    await bo.getByRole('heading', { name: 'No partnerships yet' }).waitFor()

    const nora = await openWindow(t, browser, url)
    await picture(nora, 'page-sign-in')
    await register(nora, 'Nora Quist')
    await answer(nora, 'I teach visible mending in Malmö and post about slow fashion. I sell zines.', 'I would love to work with repair brands. No fast fashion.')
    const zines = nora.getByRole('checkbox', { name: /You sell zines/ })
    await zines.uncheck()
    await picture(nora, 'page-questions')
    const asked = performance.now()
    await nora.getByRole('button', { name: 'Find my matches' }).click()
    await nora.locator('ol.matches li').first().waitFor()
    t.ok(performance.now() - asked < 30_000, 'the first matches come within thirty seconds')
    const facts = (await engine.neighborhood(tenantId, 'member:nora-quist', {})).facts
    t.ok(facts.some(({ object }) => object === 'trend:visible-mending'), 'what was accepted is known')
    t.notOk(facts.some(({ object }) => object === 'topic:zine'), 'what was dropped is not')

    const before = await listed(nora)
    t.ok(before.length >= 10 && before.includes('Bo Lind'), before.join(', '))
    await nora.getByRole('link', { name: /Duncan Rankeillor/ }).click()
    await nora.getByRole('button', { name: /Nora Quist covers visible mending/ }).click()
    t.match(await nora.locator('.graph + div blockquote').first().textContent(), 'I teach visible mending in Malmö and post about slow fashion.', 'a line leads to its sentence')
    const values = (await nora.locator('.reasons .value').allTextContents()).map((text) => Number(text.replace('−', '-')))
    const score = Number(await nora.locator('.score').textContent())
    t.ok(Math.abs(values.reduce((sum, value) => sum + value, 0) - score) <= 0.005 * (values.length + 1), 'the reasons sum to the score, as far as two digits tell')
    await picture(nora, 'page-match')

    await nora.getByRole('button', { name: 'Not for me', exact: true }).click()
    await nora.getByText('Duncan Rankeillor is left out from now on.').waitFor()
    t.strictSame(await listed(nora), (await listed(nora)).filter((name) => name !== 'Duncan Rankeillor'), 'who was rejected is gone')
    t.not((await listed(nora)).join(), before.join(), 'the list is another one')
    await nora.getByRole('button', { name: 'Undo' }).click()
    await nora.getByRole('link', { name: /Duncan Rankeillor/ }).waitFor()
    await nora.getByRole('link', { name: /Duncan Rankeillor/ }).click()
    await nora.getByRole('button', { name: 'A good fit' }).click()
    await nora.locator('.bars').getByText('Your say').waitFor()

    await nora.getByRole('link', { name: /Bo Lind/ }).click()
    await nora.getByRole('heading', { name: 'Bo Lind' }).waitFor()
    await nora.getByRole('button', { name: 'Propose a partnership' }).click()
    await nora.getByLabel('What is it about?').fill('A winter of mending')
    await nora.getByLabel('Value').fill('1,200.50')
    await nora.getByRole('button', { name: 'Propose', exact: true }).click()
    await nora.getByRole('heading', { name: 'A winter of mending' }).waitFor()
    const card = bo.locator('[data-stage="discovery"] .deal', { hasText: 'A winter of mending' })
    await card.waitFor()
    t.match(await card.textContent(), /with Nora Quist.*€1,200\.50/s, 'the other sees it without asking')

    for (const [stage, label] of [['initial_contact', 'Initial contact'], ['negotiation', 'Negotiation']]) {
      await nora.getByRole('button', { name: `On to ${label}` }).click()
      await bo.locator(`[data-stage="${stage}"] .deal`, { hasText: 'A winter of mending' }).waitFor()
    }
    t.pass('and each move')
    await picture(bo, 'page-partnerships')

    await nora.getByLabel('Payment, EUR').fill('400.10')
    await nora.getByRole('button', { name: 'Book' }).click()
    const row = nora.getByRole('row', { name: /Payment/ })
    await row.waitFor()
    t.match(await row.textContent(), /€400\.10.*€20\.00/s, 'five percent of 40010 cents is 2000.5, to the even cent')
    await nora.getByLabel('What is due').fill('First evening')
    await nora.getByRole('button', { name: 'Add' }).click()
    await nora.locator('.milestones').getByText('First evening').waitFor()
    await nora.getByText(/A partnership in the making since [\d-]+, at negotiation\./).waitFor()
    t.match(await nora.locator('.history li').allTextContents(), [/initial contact → negotiation/, /discovery → initial contact/, /Begun at discovery/])
    await bo.getByRole('link', { name: 'A winter of mending' }).click()
    await bo.getByText('Nothing was said yet.').waitFor()
    await nora.getByLabel('Say something').fill('Shall we begin with the red sock?')
    await nora.getByRole('button', { name: 'Send' }).click()
    await bo.getByText('Shall we begin with the red sock?').waitFor()
    await nora.evaluate('scrollTo(0, 0)')
    await picture(nora, 'page-partnership')

    await screen(nora, 'Matches')
    await nora.locator('ol.matches li').first().waitFor()
    t.notOk((await listed(nora)).includes('Bo Lind'), 'a partner is no match any more')
    bo.once('dialog', (dialog) => { dialog.accept() })
    await bo.getByRole('button', { name: 'Decline' }).click()
    await nora.getByRole('link', { name: /Bo Lind/ }).waitFor()
    await screen(nora, 'Trends')
    await nora.locator('.spark').first().waitFor()
    await picture(nora, 'page-trends')
    await screen(nora, 'You')
    await nora.getByRole('heading', { name: /What the graph knows of you/ }).waitFor()
    await picture(nora, 'page-you')
    const [file] = await Promise.all([nora.waitForEvent('download'), nora.getByRole('button', { name: 'Download my data' }).click()])
    t.match(file.suggestedFilename(), /^teraffi-.*\.json$/)
    await nora.getByRole('button', { name: 'Sign out' }).click()
    await nora.getByRole('heading', { name: 'Sign in' }).waitFor()
  })

  t.test('words find as well, and what is not to be had is said', async (t) => {
    const page = await openWindow(t, browser, url, { allowed: /Failed to load resource|ERR_FAILED/ })
    await page.getByLabel('Email').fill('nobody@example.org')
    await page.getByLabel('Password').fill('a wrong password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Wrong email or password.').waitFor()
    await register(page, 'Cy <img src=x onerror="document.title = \'broken into\'">')
    await screen(page, 'Matches')
    await page.getByRole('heading', { name: 'Nothing is known of you yet' }).waitFor()

    await page.getByRole('searchbox').fill('a knife brand for people who cook plant-based')
    await page.getByRole('searchbox').press('Enter')
    await page.getByRole('link', { name: /Ironpetal/ }).click()
    await page.getByRole('heading', { name: 'Ironpetal' }).waitFor()
    t.ok(await page.locator('.edge').count() > 0, 'words lead along paths too')

    await page.route('**/cultural-trends*', (route) => route.abort())
    await screen(page, 'Trends')
    await page.getByRole('heading', { name: 'Not to be reached just now' }).waitFor()
    await page.unroute('**/cultural-trends*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('.spark').first().waitFor()
    await page.getByText('Emerging', { exact: true }).click()
    await page.locator('.trend, .nothing').first().waitFor()

    await screen(page, 'You')
    await page.getByRole('heading', { name: /^Cy </ }).waitFor()
    t.notMatch(await page.title(), 'broken into', 'a name is text, whatever is in it')
    await page.getByRole('radio', { name: 'Only me' }).last().check({ force: true })
    await page.getByText('What you prefer: saved.').waitFor()
    await page.getByRole('button', { name: 'Erase me' }).first().click()
    await page.getByLabel('Type "erase" to do it').fill('erase')
    await page.getByRole('button', { name: 'Erase me', exact: true }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  })

  t.test('an address that leads nowhere, answers that come late, a name in any script, another person in another tab', async (t) => {
    const page = await openWindow(t, browser, url, { allowed: /Failed to load resource/ })
    await register(page, '李雷')
    await screen(page, 'You')
    await page.getByRole('heading', { name: '李雷' }).waitFor()

    for (const hash of ['#/constructor', '#/__proto__', '#/toString/x', '#//', '#/%']) {
      await page.evaluate(`location.hash = '${hash}'`)
      await page.getByRole('heading', { name: 'Your matches' }).waitFor()
      await screen(page, 'Trends')
      await page.locator('.spark').first().waitFor()
    }
    await page.evaluate("location.hash = '#/matches/%E0%A4%A'")
    await page.getByText('There is no entity').waitFor()

    let goOn = () => {}
    const late = new Promise<void>((resolve) => { goOn = resolve })
    await page.route('**/explain?target=brand%3Aironpetal', async (route) => {
      await late
      await route.continue()
    })
    await page.evaluate("location.hash = '#/matches/brand:ironpetal'")
    await page.evaluate("location.hash = '#/matches/brand:pocketloom'")
    await page.getByRole('heading', { name: 'Pocketloom' }).waitFor()
    const answered = page.waitForResponse(/ironpetal/)
    goOn()
    await (await answered).finished()
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))')
    t.equal(await page.locator('.match h2').textContent(), 'Pocketloom', 'what was asked for before is not shown after')

    const other = await page.context().newPage()
    await other.goto(url)
    await other.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await register(other, 'Zed Moor')
    await screen(page, 'You')
    await page.getByRole('heading', { name: 'Zed Moor' }).waitFor()
  })

  t.test('a lost connection comes back, and brings what was missed', async (t) => {
    const page = await openWindow(t, browser, url)
    await register(page, 'Dee Moor')
    await screen(page, 'Partnerships')
    await page.getByText('Live', { exact: true }).waitFor()
    for (const socket of app.websocketServer.clients) socket.terminate()
    await page.getByText('Reconnecting').waitFor()
    const actor = { memberId: 'member:dee-moor', tenantId, email: '', roles: ['admin' as const], permissions: [], tier: 'free' as const, tokenId: '' }
    await engine.deals.create(actor, { title: 'Missed for a moment', members: [{ memberId: 'member:dee-moor' }, { memberId: 'member:mia-tran' }] })
    await page.getByRole('link', { name: 'Missed for a moment' }).waitFor()
  })

  /** How each screen is come by, and when it is there. */
  const screens = (page: Page): Record<string, () => Promise<void>> => ({
    matches: async () => { await screen(page, 'Matches'); await page.locator('ol.matches li').first().waitFor() },
    match: async () => { await page.locator('ol.matches li a').first().click(); await page.locator('.match .edge').first().waitFor() },
    partnerships: async () => { await screen(page, 'Partnerships'); await page.getByRole('heading', { level: 2 }).first().waitFor() },
    trends: async () => { await screen(page, 'Trends'); await page.locator('.spark').first().waitFor() },
    you: async () => { await screen(page, 'You'); await page.getByRole('heading', { name: 'Your data' }).waitFor() }
  })

  t.test('every screen can be read and used by everyone: light and dark, wide and narrow, by keys alone', async (t) => {
    const page = await openWindow(t, browser, url)
    t.strictSame(await barriers(page), [], 'sign in')
    await register(page, 'Eli Sand')
    t.strictSame(await barriers(page), [], 'questions')
    await answer(page, 'I teach visible mending in Malmö and post about slow fashion.', 'I would love to work with repair brands.')
    t.strictSame(await barriers(page), [], 'what was understood')
    await page.getByRole('button', { name: 'Find my matches' }).click()
    await page.locator('ol.matches li').first().waitFor()

    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const [name, show] of Object.entries(screens(page))) {
        await show()
        t.strictSame(await barriers(page), [], `${name}, ${colorScheme}`)
        if (name === 'match' && colorScheme === 'dark') await picture(page, 'page-dark')
      }
    }

    await page.setViewportSize({ width: 360, height: 740 })
    for (const [name, show] of Object.entries(screens(page))) {
      await show()
      t.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${name} fits a phone`)
      if (name === 'match') await picture(page, 'page-phone')
    }
    await page.setViewportSize({ width: 1280, height: 860 })

    await screens(page).matches!()
    await tabTo(page, 'ol.matches a')
    await page.keyboard.press('Enter')
    await page.locator('.match .edge').first().waitFor()
    await tabTo(page, '.edge')
    await page.keyboard.press('Enter')
    t.ok((await page.locator('.graph + div blockquote').first().textContent())?.length, 'the sentence was reached without a pointer')
  })

  const tabTo = async (page: Page, selector: string) => {
    for (let presses = 0; presses < 80 && await page.locator(`${selector}:focus`).count() === 0; presses++) await page.keyboard.press('Tab')
  }

  t.test('what an answer had to do without is said', async (t) => {
    const dead = await createEngine(loadConfig({ ...testConfig(), TERAFFI_TENANT: tenantId, TERAFFI_RATE_LIMITS: '5000,5000,5000', REDIS_URL: 'redis://127.0.0.1:1' }))
    const app = await buildApp(dead)
    t.teardown(async () => {
      await app.close()
      await dead.close()
    })
    const page = await openWindow(t, browser, await app.listen({ host: '127.0.0.1', port: 0 }))
    await register(page, 'Flo Berg')
    await answer(page, 'I teach visible mending.', 'I look for repair brands.')
    await page.getByRole('button', { name: 'Find my matches' }).click()
    await page.getByText('Not everything is at work').click()
    t.match(await page.locator('.degraded').textContent(), /Redis/)
  })
}
