import type { Format, ImportProgress } from '../../engine/engine.js'
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

export async function importCommand (path: string, { format }: { format: Format }): Promise<void> {
  const stop = new AbortController()
  process.once('SIGINT', () => { stop.abort(new Error('Stopped; what was read is kept, and the same command goes on from there.')) })

  await withEngine(async (engine) => {
    const bar = progress(process.stderr)
    const onProgress = ({ bytes, totalBytes, read }: ImportProgress) => { bar.update('import', bytes, totalBytes, `${read} facts`) }
    const report = await engine.importFile(engine.config.tenantId, { path, format, signal: stop.signal, onProgress }).finally(bar.stop)

    const { errors, ...counts } = report
    const paint = painter(process.stderr)
    for (const { line, code, message, hint } of errors) tell(`${paint.red(`line ${line}`)} ${code}: ${message} ${paint.dim(hint)}`)
    print(table([{ ...counts, seconds: counts.seconds.toFixed(1) }]))
    if (report.rejected > 0) process.exitCode = 1
  })
}
