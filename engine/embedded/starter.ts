import { startNeo4j } from './neo4j.js'
import { startPostgres } from './postgres.js'

/** For the tests: a process that starts a store, says so on a line of JSON, and stays until it is ended. */

const [, , kind, dataDir = ''] = process.argv
const server = kind === 'neo4j' ? await startNeo4j(dataDir, { heapMb: 256, pageCacheMb: 16 }) : await startPostgres(dataDir)
console.log(JSON.stringify(server))
process.stdin.resume().once('end', () => { server.stop().then(() => process.exit()) })
