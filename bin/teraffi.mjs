#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { packed } from '../scripts/pack.mjs'

/** The command `teraffi`. The source runs as it is: tsx strips the types. A server is started from the packed source where there is that. */

if (existsSync('.env')) process.loadEnvFile('.env')
const PACK = fileURLToPath(new URL('../scripts/pack.mjs', import.meta.url))
const serves = process.argv[2] === 'start' && process.execArgv.length === 0 // `teraffi dev` watches the source
const program = serves ? packed() : ''
const { main } = await import(existsSync(program) ? program : await source())
await main(process.argv.slice(2))
if (serves && !existsSync(program)) spawn(process.execPath, [PACK], { detached: true, stdio: 'ignore' }).on('error', () => {}).unref() // for the next time

async function source () {
  try {
    (await import('tsx/esm/api')).register()
  } catch {
    console.error('The packages are not installed yet; run "npm start" or "node scripts/setup.mjs".')
    process.exit(1)
  }
  return '../api/cli.ts'
}
