import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { benchmarks } from '../../benchmarks/bench.js'
import { EngineError } from '../../engine/errors.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Measures one benchmark or all of them, each in a process of its own, so that none warms up another. */
export async function runBenchmarks (name?: string): Promise<void> {
  const known = await benchmarks()
  if (name !== undefined && !known.includes(name)) throw new EngineError('not_found', `There is no benchmark "${name}"; there are ${known.join(', ')}.`)
  for (const each of name === undefined ? known : [name]) await run(process.execPath, ['--import', 'tsx', `benchmarks/${each}.ts`, '--full'])
}

export const makeModel = () => run('npm', ['run', '--silent', 'model'])

/** Runs a program in the foreground; its failure is ours. */
export async function run (program: string, args: string[]): Promise<void> {
  const [code] = await once(spawn(program, args, { cwd: ROOT, stdio: 'inherit' }), 'exit') as [number | null]
  if (code !== 0) throw new Error(`${args.at(-1) === '--full' ? args.at(-2) : [program, ...args].join(' ')} failed.`)
}
