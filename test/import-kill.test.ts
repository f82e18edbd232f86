import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import t, { type Test } from 'tap'
import { findNeo4j, type Neo4jServer, startNeo4j, stopNeo4j } from '../engine/embedded/neo4j.js'
import { commandOf, waitUntil } from '../engine/embedded/process.js'
import { openGraph, type Graph } from '../engine/graph/graph.js'
import { migrateGraph } from '../engine/graph/schema.js'
import { graphHash } from '../engine/import/export.js'
import { importFile, type ImportReport } from '../engine/import/run.js'
import { imports } from '../engine/import/undo.js'
import type { Format } from '../models/imports.js'
import { generator } from './chance.js'
import type { Task } from './import-victim.js'

/**
 * 100 kills -9 of imports: 96 of the process that imports (or takes back), at a step that it is about to pass or at any time, and 4 of its
 * Neo4j. After each the same import is started again until it ends; then the graph is the one of an import that nobody disturbed.
 * TERAFFI_IMPORT_KILL_SEED gives other moments.
 */

t.setTimeout(900_000)

const seed = Number(process.env['TERAFFI_IMPORT_KILL_SEED'] ?? 61207)
const PROCESS_KILLS = 96
const NEO4J_KILLS = 4
const LANES = 2 // imports at once, each in a tenant of its own
const dataDir = resolve('.data', 'import-kill')
const work = resolve('.data', 'import-kill-work')
const VICTIM = join(work, 'import-victim.mjs')

interface File { path: string, format: Format, batch: number }
/** What becomes of a file that is imported in peace: the graph, the report, how many steps it takes and how long. */
interface Peace { file: File, hash: string, report: ImportReport, steps: number, ms: number }
/** Kills at a step of the victim's, or so many milliseconds after it began. */
type Moment = { step: number } | { ms: number }

let server: Neo4jServer
let graph: Graph
let tenants = 0
const EMPTY = 'empty'

t.before(async () => {
  await stopNeo4j(dataDir)
  for (const dir of [dataDir, work]) rmSync(dir, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  // As one file it starts in a third of the time; it lies as deep as the source, which reads cypher/ beside itself.
  await build({ entryPoints: ['test/import-victim.ts'], outfile: VICTIM, bundle: true, packages: 'external', platform: 'node', format: 'esm' })
  await up()
  await migrateGraph(graph)
})
t.teardown(async () => {
  await graph.close()
  await stopNeo4j(dataDir)
  for (const dir of [dataDir, work]) rmSync(dir, { recursive: true, force: true })
})

async function up (): Promise<void> {
  await graph?.close()
  server = await startNeo4j(dataDir, { heapMb: 384, pageCacheMb: 64 })
  graph = openGraph(server)
}

t.test(`${PROCESS_KILLS + NEO4J_KILLS} kills, TERAFFI_IMPORT_KILL_SEED=${seed}`, async (t) => {
  const peace: Peace[] = []
  for (const file of files()) peace.push(await undisturbed(file))
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    const random = generator(seed + lane)
    for (let round = lane; left() > 0; round += LANES) {
      const one = peace[round % peace.length]!
      const tenantId = `kill-${tenants++}`
      const report = await untilDone(one, tenantId, null, (attempt) => left() > 0 ? moment(one, random, attempt) : null)
      await same(t, one, tenantId, report)
      if (round % 5 < 2) await undone(t, one, tenantId, (attempt) => left() > 0 ? moment(one, random, attempt) : null)
    }
  })
  await Promise.all(lanes)

  const random = generator(seed + LANES)
  for (let i = 0; i < NEO4J_KILLS; i++) {
    const one = peace[i % peace.length]!
    const tenantId = `kill-${tenants++}`
    await killNeo4j(one, tenantId, 1 + Math.floor(random() * one.steps))
    await up()
    await same(t, one, tenantId, await untilDone(one, tenantId, null, () => null))
  }
  t.equal(killed.process, PROCESS_KILLS)
  t.equal(killed.neo4j, NEO4J_KILLS)
  t.comment(JSON.stringify(Object.fromEntries([...killed.at].sort())))
})

let under = 0 // victims whose moment is still to come
const left = () => PROCESS_KILLS - killed.process - under
const killed = { process: 0, neo4j: 0, at: new Map<string, number>() }

/** Imports a file in peace, in this process, then once more by the victim's way to see its steps. */
async function undisturbed (file: File): Promise<Peace> {
  const [tenantId, stepped] = [`peace-${tenants++}`, `peace-${tenants++}`]
  const report = await importFile(graph, tenantId, file)
  const started = performance.now()
  const { steps } = await victim({ tenantId: stepped, file, undo: null }, null)
  const hash = await graphHash(graph, tenantId, { times: false })
  t.equal(await graphHash(graph, stepped, { times: false }), hash, 'twice the same')
  t.ok(report.created > 500 && report.rejected > 0, file.path)
  return { file, hash, report, steps, ms: performance.now() - started }
}

/** The same graph, the same rows accounted for, once. */
async function same (t: Test, { file, hash, report }: Peace, tenantId: string, resumed: ImportReport): Promise<void> {
  t.equal(await graphHash(graph, tenantId, { times: false }), hash, `${file.format}: nothing lost, nothing doubled`)
  t.match(resumed, { read: report.read, rejected: report.rejected, importId: report.importId })
  const { read, created, merged, duplicate, rejected } = report
  t.match(await imports(graph, tenantId), { length: 1, 0: { state: 'succeeded', read, created, merged, duplicate, rejected } }, 'each row counted once')
}

/** Takes an import back in spite of everything, and imports it again. */
async function undone (t: Test, one: Peace, tenantId: string, next: (attempt: number) => Moment | null): Promise<void> {
  await untilDone(one, tenantId, one.report.importId, next)
  t.equal(await graphHash(graph, tenantId), await graphHash(graph, EMPTY), 'nothing is left of what was taken back')
  t.strictSame(await imports(graph, tenantId), [])
  await same(t, one, tenantId, await importFile(graph, tenantId, one.file))
}

/** Starts the same work again and again, killed at the moments that come, until it ends. */
async function untilDone ({ file }: Peace, tenantId: string, undo: string | null, next: (attempt: number) => Moment | null): Promise<ImportReport> {
  for (let attempt = 0; ; attempt++) {
    if (undo !== null && (await imports(graph, tenantId)).length === 0) return null as never // the last victim had just come to its end
    const moment = next(attempt)
    if (moment !== null) under++
    const { report, last } = await victim({ tenantId, file, undo }, moment)
    if (moment !== null) under--
    if (moment !== null && report === null) note(last, undo) // who came to the end before the moment does not count
    if (report !== null) return report
    if (moment === null) throw new Error(`The victim died by itself after: ${last}`)
  }
}

function note (last: string, undo: string | null): void {
  killed.process++
  const at = `${undo === null ? '' : 'undo: '}${last.replace(/^step \d+ /, '')}`
  killed.at.set(at, (killed.at.get(at) ?? 0) + 1)
}

/** Early ones most often, so that an import is killed several times; now and then one at the very end. */
function moment ({ steps, ms }: Peace, random: () => number, attempt: number): Moment {
  const kind = random()
  const early = random() ** 2
  if (attempt === 0 && kind < 0.15) return { step: steps - Math.floor(random() * 4) }
  return kind < 0.7 ? { step: 1 + Math.floor(early * steps * 0.7) } : { ms: early * ms * 0.8 }
}

/** One process that works, and what it said last: its report, or null where it was killed before. */
async function victim (task: Omit<Task, 'neo4j' | 'stopAt'>, moment: Moment | null): Promise<{ report: ImportReport | null, steps: number, last: string }> {
  const { child, lines } = await waiting()
  const { uri, user, password } = server
  let [last, steps] = ['step 0 start', 0]
  child.stdin!.write(`${JSON.stringify({ ...task, neo4j: { uri, user, password }, stopAt: moment !== null && 'step' in moment ? moment.step : 0 } satisfies Task)}\n`)
  if (moment !== null && 'ms' in moment) setTimeout(() => child.kill('SIGKILL'), moment.ms).unref()
  for await (const line of lines) {
    last = line
    if (line.startsWith('step ')) steps++
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
  return { report: last.startsWith('done ') ? JSON.parse(last.slice(5)) as ImportReport : null, steps, last }
}

interface Waiting { child: ChildProcess, lines: AsyncIterator<string> & AsyncIterable<string> }
const ahead: Promise<Waiting>[] = []

/** A process that waits for its task; the next one starts meanwhile. */
async function waiting (): Promise<Waiting> {
  ahead.push(start())
  if (ahead.length <= LANES) ahead.push(start())
  return ahead.shift()!
}

async function start (): Promise<Waiting> {
  const child = spawn(process.execPath, [VICTIM], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  if ((await lines.next()).value !== 'ready') throw new Error('the victim does not start')
  return { child, lines: lines as Waiting['lines'] }
}
t.teardown(async () => { for (const one of ahead) (await one).child.kill('SIGKILL') })

/** Kills Neo4j while a victim imports, and the victim, which has nothing to go on with. */
async function killNeo4j ({ file }: Peace, tenantId: string, step: number): Promise<void> {
  const { child, lines } = await waiting()
  const { uri, user, password } = server
  child.stdin!.write(`${JSON.stringify({ tenantId, file, undo: null, neo4j: { uri, user, password }, stopAt: 0 } satisfies Task)}\n`)
  for await (const line of lines) {
    if (!line.startsWith(`step ${step} `)) continue
    const pid = (await findNeo4j(dataDir))!
    process.kill(pid, 'SIGKILL')
    killed.neo4j++
    await waitUntil(async () => await commandOf(pid) === '', 10_000, 5)
    break
  }
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
}

/** Four files with rows that are refused, facts told twice and facts told by two: pairs, pairs with gzip, CSV, JSON lines. */
function files (): File[] {
  const random = generator(seed - 1)
  const below = (most: number) => Math.floor(random() * most)
  const pairs = (users: number) => Array.from({ length: users }, (_, user) => user % 40 === 7 ? `${user}\n` : `${user % (users - 3)} ${Array.from({ length: 12 }, () => below(300)).join(' ')}\n`).join('')
  const rows = Array.from({ length: 900 }, (_, i) => {
    const subject = i % 3 === 0 ? `Person ${below(200)}` : `member:p-${below(200)}`
    return { subject, predicate: ['like', 'seek', 'sponsor', 'ponder'][i % 4]!, object: i % 50 === 49 ? '' : `Thing ${below(90)}`, confidence: [1, 0.5, 0.25][i % 3]! }
  })
  const save = (name: string, format: Format, content: string | Buffer, batch: number): File => {
    const path = join(work, name)
    writeFileSync(path, content)
    return { path, format, batch }
  }
  return [
    save('pairs.txt', 'pairs', pairs(90), 130),
    save('pairs.txt.gz', 'pairs', gzipSync(pairs(100)), 250),
    save('rows.csv', 'triples', `subject,predicate,object,confidence\n${rows.map((row) => Object.values(row).join(',')).join('\n')}\n`, 110),
    save('rows.jsonl', 'jsonl', rows.map((row) => JSON.stringify(row)).join('\n'), 150)
  ]
}
