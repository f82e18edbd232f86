import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { surroundings } from '../config.js'
import { EngineError } from '../errors.js'
import { ensureSecret } from './process.js'

/** The same servers from `docker-compose.yml`, for machines that have a Docker engine but not what the managed children need. */

export interface Container { address: string, password: string, adopted: boolean, stop (): Promise<void> }

const run = promisify(execFile)
const COMPOSE = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url))

/** Does a Docker engine answer, and does it know `docker compose`? */
export async function dockerAnswers (): Promise<boolean> {
  try {
    await run('docker', ['info'], { timeout: 10_000 })
    await run('docker', ['compose', 'version'], { timeout: 10_000 })
    return true
  } catch {
    return false
  }
}

/** Brings one service up, waits until it is healthy, and says on which loopback address its port is published. */
export async function startContainer (dataDir: string, service: 'neo4j' | 'postgres', port: number): Promise<Container> {
  const password = await ensureSecret(join(dataDir, 'docker-password'))
  const env = { ...surroundings(), NEO4J_PASSWORD: password, POSTGRES_PASSWORD: password }
  const compose = async (...args: string[]) => {
    const { stdout } = await run('docker', ['compose', '-f', COMPOSE, ...args], { env }).catch((cause) => {
      throw new EngineError('unavailable', `docker compose ${args.join(' ')} failed: ${String(cause.stderr || cause).trim().split('\n').at(-1)}`, [], { cause })
    })
    return stdout.trim()
  }
  const adopted = (await compose('ps', '--status', 'running', '--services')).split('\n').includes(service)
  await compose('up', '-d', '--wait', service)
  const address = await compose('port', service, String(port))
  return { address, password, adopted, stop: async () => { if (!adopted) await compose('stop', service) } }
}
