#!/usr/bin/env node
import { existsSync } from 'node:fs'

/** The command `teraffi`. The source runs as it is: tsx strips the types. */

if (existsSync('.env')) process.loadEnvFile('.env')
try {
  (await import('tsx/esm/api')).register()
} catch {
  console.error('The packages are not installed yet; run "npm start" or "node scripts/setup.mjs".')
  process.exit(1)
}
const { main } = await import('../api/cli.ts')
await main(process.argv.slice(2))
