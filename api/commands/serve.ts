import { randomBytes } from 'node:crypto'
import { join, relative } from 'node:path'
import { kept } from '../../engine/accounts/secret.js'
import { loadConfig } from '../../engine/config.js'
import { createEngine, type Engine } from '../../engine/engine.js'
import { EngineError } from '../../engine/errors.js'
import { Credentials } from '../../models/accounts.js'
import { buildApp } from '../app.js'
import { progress } from '../progress.js'
import { closeOnSignal, listen } from '../server.js'
import { painter, showMatches } from '../terminal.js'
import { check } from '../validate.js'
import { print, tell } from './open.js'
import { run } from './scripts.js'
import { noteServing, stores } from './stores.js'

/** Someone in the demo world to look through the eyes of. */
const SHOWN = ['member:jerome-baptiste', 'member:mia-tran']

/** Everything up: stores, demo world where there is nothing yet, a first answer, and the server. */
export async function start (): Promise<void> {
  const config = loadConfig()
  const engine = await createEngine(config, { log: tell })
  const app = await buildApp(engine, { logTo: process.stdout })
  const leave = await noteServing(config)
  const close = async () => {
    await app.close()
    await engine.close()
    await leave()
  }
  closeOnSignal(app, close)

  try {
    if (await isEmpty(engine)) await seedDemo(engine)
    await greet(engine)
    const address = await listen(app, config)
    await showLogin(engine, address)
    for (const reason of (await engine.status()).degraded) tell(`Not everything is at work: ${reason}.`)
    print(`TERAFFI answers at ${address}/api/v1, its documentation is at ${address}/docs. Ctrl-C stops it.`)
  } catch (error) {
    await close()
    throw error
  }
}

/** The stores stay up between restarts, so that a change is served at once. */
export async function dev (): Promise<void> {
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
  const bar = progress(process.stderr)
  const { members, brands, facts, seconds } = await seed(config.tenantId, ({ phase, done, total }) => { bar.update(phase, done, total) })
  bar.stop()
  tell(`${members} members, ${brands} brands, ${facts} facts in ${seconds.toFixed(1)} s.`)
}

/** The first matches of the first who is known of these from the demo world; a world of one's own may well lack them. */
async function greet (engine: Engine): Promise<void> {
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
