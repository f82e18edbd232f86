import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EngineError } from '../errors.js'

/** What a file keeps for its owner only; made where it is missing, by one of those who start together. */
export async function kept (file: string, make: () => string): Promise<string> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, make(), { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => { if (error.code !== 'EEXIST') throw error })
  return (await readFile(file, 'utf8')).trim()
}

/** The secret that signs tokens. */
export async function jwtSecret ({ jwtSecretFile, dataDir }: { jwtSecretFile: string | null, dataDir: string }): Promise<string> {
  const file = jwtSecretFile ?? `${dataDir}/secrets/jwt`
  const secret = await kept(file, () => randomBytes(32).toString('hex'))
  if (secret.length < 32) throw new EngineError('failed_precondition', `The secret in ${file} is too short; it must have 32 characters or more.`)
  if (jwtSecretFile === null) await chmod(file, 0o600)
  return secret
}
