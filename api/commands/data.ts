import { progress } from '../progress.js'
import { painter, table } from '../terminal.js'
import { print, tell, withEngine } from './open.js'

/** Opening the engine brings every store up to date; this command only says so. */
export async function migrate (): Promise<void> {
  await withEngine(async (engine) => {
    const { stores } = await engine.status()
    print(`The schema is up to date (${Object.keys(stores).join(', ')}).`)
  })
}

export async function seed (): Promise<void> {
  await withEngine(async (engine) => {
    const bar = progress(process.stderr)
    const { members, brands, facts, created, seconds } = await engine.seed(engine.config.tenantId, (at) => { bar.update(at.phase, at.done, at.total) })
    bar.stop()
    print(`The demo world is loaded: ${members} members, ${brands} brands, ${facts} facts, of which ${created} are new (${seconds.toFixed(1)} s).`)
  })
}

export async function importCommand (path: string, { format }: { format: 'pairs' | 'triples' }): Promise<void> {
  const stop = new AbortController()
  process.once('SIGINT', () => {
    tell('Stopping after this batch; run the same command again to go on.')
    stop.abort()
  })
  await withEngine(async (engine) => {
    const bar = progress(process.stderr)
    const report = await engine.importFile(engine.config.tenantId, {
      path,
      format,
      signal: stop.signal,
      onProgress: (state) => { bar.update('import', state.bytes, state.totalBytes, `${state.read} facts`) }
    })
    bar.stop()
    const { errors, ...counts } = report
    print(table([counts]))
    const paint = painter(process.stderr)
    for (const { line, code, message, hint } of errors) tell(`${paint.red(`line ${line}`)} ${code}: ${message} ${paint.dim(hint)}`)
    if (report.rejected > 0) process.exitCode = 1
  })
}
