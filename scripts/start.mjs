import { setup } from './setup.mjs'

/** `npm start`: from a fresh clone to a running engine. */

setup()
process.argv.splice(2, 0, 'start')
await import('../bin/teraffi.mjs')
