import { loadConfig } from '../../engine/config.js'
import { createEngine, type Engine } from '../../engine/engine.js'
import { EngineError } from '../../engine/errors.js'
import { buildApp } from '../app.js'
import { progress } from '../progress.js'
import { closeOnSignal, listen, refuseOpenNetwork } from '../server.js'
import { painter, showMatches } from '../terminal.js'
import { print, tell } from './open.js'
import { run } from './scripts.js'
import { stores } from './stores.js'

/** Someone in the demo world to look through the eyes of. */
const SHOWN = ['member:jerome-baptiste', 'member:mia-tran']

/** Everything up: stores, demo world where there is nothing yet, a first answer, and the server. */
export async function start (): Promise<void> {
  const config = loadConfig()
  refuseOpenNetwork(config)
  const engine = await createEngine(config, { log: tell })
  const app = await buildApp(engine, { logTo: process.stdout })
  const close = async () => {
    await app.close()
    await engine.close()
  }
  closeOnSignal(close)

  try {
    if (await isEmpty(engine)) await seedDemo(engine)
    await greet(engine)
    const address = await listen(app, config)
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
    const answer = await engine.recommendations(engine.config.tenantId, { memberId, limit: 3 }).catch((error: unknown) => {
      if (error instanceof EngineError && error.code === 'not_found') return null
      throw error
    })
    if (answer === null) continue
    const paint = painter(process.stdout)
    print(`${paint.bold(`Who fits ${memberId}?`)} ${paint.dim(`(teraffi discover ${memberId})`)}\n`)
    return print(`${showMatches(answer.data, paint)}\n`)
  }
}
