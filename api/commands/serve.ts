import { randomBytes } from 'node:crypto'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { kept } from '../../engine/accounts/secret.js'
import { loadConfig, type Config } from '../../engine/config.js'
import { createEarlyEngine, STARTING, type EarlyEngine } from '../../engine/early.js'
import type { Engine } from '../../engine/engine.js'
import { EngineError } from '../../engine/errors.js'
import { Credentials } from '../../models/accounts.js'
import type { App, AppOptions } from '../base.js'
import { buildEarlyApp, takeOver } from '../early.js'
import { closeOnSignal, listen } from '../server.js'
import { check } from '../validate.js'
import { print, tell } from './open.js'
import { noteServing } from './stores.js'

/** Someone in the demo world to look through the eyes of. */
const SHOWN = ['member:jerome-baptiste', 'member:mia-tran']

const RETRY_MS = 1_000

/** What is up so far. */
interface Up { early: Early | null, engine: Promise<Engine> | null, app: App | null, leave: (() => Promise<void>) | null, leaving: boolean }
interface Early { engine: EarlyEngine, app: App, address: string }

/**
 * Everything up: stores, demo world where there is nothing yet, a first answer, and the server. Where the tenant's graph was kept, matches are
 * served from that at once, while the stores come up.
 */
export async function start (): Promise<void> {
  const config = loadConfig()
  const up: Up = { early: null, engine: null, app: null, leave: null, leaving: false }
  try {
    up.early = await startEarly(config, up)
    up.leave = await noteServing(config)
    up.engine = openEngine(config, up)
    const engine = await up.engine
    const address = await serve(engine, up)
    engine.importJobs.start()
    await showLogin(engine, address)
    for (const reason of (await engine.status()).degraded) tell(`Not everything is at work: ${reason}.`)
    print(`TERAFFI answers at ${address}/api/v1, its documentation is at ${address}/docs. Ctrl-C stops it.`)
  } catch (error) {
    if (up.leaving) return // a signal came before all was up
    await close(up)
    throw error
  }
}

/** What was opened last goes first. */
async function close (up: Up): Promise<void> {
  up.leaving = true
  await up.app?.close()
  await up.early?.app.close()
  await up.early?.engine.close()
  await up.engine?.then((engine) => engine.close(), () => {})
  await up.leave?.()
}

/** Serves matches as they were kept; null where nothing was. */
async function startEarly (config: Config, up: Up): Promise<Early | null> {
  const engine = await createEarlyEngine(config, { log: tell })
  if (engine === null) return null
  const app = await buildEarlyApp(engine, { logTo: process.stdout })
  closeOnSignal(app, () => close(up))
  const address = await listen(app, config)
  print(`Matches are served at ${address}, as of version ${engine.version}. ${STARTING}`)
  return { engine, app, address }
}

/** Opens the engine. Where matches are served meanwhile, its stores may take as long as they like. */
async function openEngine (config: Config, up: Up): Promise<Engine> {
  const { createEngine } = await import('../../engine/engine.js')
  for (let told = ''; ; await sleep(RETRY_MS)) {
    try {
      return await createEngine(config, { log: tell })
    } catch (error) {
      const { code, message } = error as EngineError
      if (up.early === null || up.leaving || code !== 'unavailable') throw error
      if (message !== told) tell(`${message} It is tried again; meanwhile matches are served as they were kept.`)
      told = message
    }
  }
}

/** The whole surface, in the place of the early one where there is that. Returns the address. */
async function serve (engine: Engine, up: Up): Promise<string> {
  const { buildApp } = await import('../app.js')
  const build = (options: AppOptions = {}) => buildApp(engine, { logTo: process.stdout, ...options })
  if (up.early !== null) {
    up.app = await takeOver(up.early.app, build)
    up.early.engine.rest()
  } else {
    up.app = await build()
    closeOnSignal(up.app, () => close(up))
  }
  if (await isEmpty(engine)) await seedDemo(engine)
  await greet(engine)
  return up.early?.address ?? await listen(up.app, engine.config)
}

/** The stores stay up between restarts, so that a change is served at once. */
export async function dev (): Promise<void> {
  const [{ stores }, { run }] = await Promise.all([import('./stores.js'), import('./scripts.js')])
  await stores('up')
  await run(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'watch', '--include', 'cypher/**/*.cypher', 'bin/teraffi.mjs', 'start'])
}

/** A login to try things with: an admin whose password is random and lies in a file of the data folder. */
async function showLogin ({ accounts, config: { dataDir, tenantId } }: Engine, address: string): Promise<void> {
  const name = tenantId === 'demo' ? 'teraffi' : tenantId.replace(/[^a-z0-9-]/gi, '-')
  const file = join(dataDir, 'secrets', `login-${name}.json`)
  const made = () => `${JSON.stringify({ email: `demo@${name}.localhost`, password: randomBytes(12).toString('base64url') })}\n`
  const { email, password } = check(Credentials, JSON.parse(await kept(file, made)), file)
  await accounts.ensureAdmin({ email, password, name: 'Demo Admin' }, tenantId)
  print(`Open ${address} in a browser.\nLog in as ${email} with the password ${password}\n` +
    `or as a program: curl -s ${address}/api/v1/auth/login -H 'content-type: application/json' -d @${relative(process.cwd(), file)}`)
}

async function isEmpty ({ query, config }: Engine): Promise<boolean> {
  return (await query(config.tenantId, 'graph/census', {})).length === 0
}

async function seedDemo ({ seed, config }: Engine): Promise<void> {
  tell('Nothing here yet: loading the demo world.')
  const { progress } = await import('../progress.js')
  const bar = progress(process.stderr)
  const { members, brands, facts, seconds } = await seed(config.tenantId, ({ phase, done, total }) => { bar.update(phase, done, total) })
  bar.stop()
  tell(`${members} members, ${brands} brands, ${facts} facts in ${seconds.toFixed(1)} s.`)
}

/** The first matches of the first who is known of these from the demo world; a world of one's own may well lack them. */
async function greet (engine: Engine): Promise<void> {
  const { painter, showMatches } = await import('../terminal.js')
  for (const memberId of SHOWN) {
    const answer = await engine.recommendations(engine.config.tenantId, { memberId, limit: 3, evidence: true }).catch((error: unknown) => {
      if (error instanceof EngineError && error.code === 'not_found') return null
      throw error
    })
    if (answer === null) continue
    const paint = painter(process.stdout)
    print(`${paint.bold(`Who fits ${memberId}?`)} ${paint.dim(`(teraffi discover ${memberId})`)}\n`)
    return print(`${showMatches(answer.data, paint)}\n`)
  }
}
