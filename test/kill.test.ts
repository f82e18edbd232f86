import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import neo4j from 'neo4j-driver'
import t from 'tap'
import { createEngine } from '../engine/engine.js'
import { commandOf, waitUntil } from '../engine/embedded/process.js'
import { findNeo4j } from '../engine/embedded/neo4j.js'
import { openStores, stopStores } from '../engine/stores.js'
import { generator } from './chance.js'
import { BATCH, killConfig, TENANT } from './kill-writer.js'

/**
 * Kills the engine's process or its Neo4j at 20 seeded moments. After each, the next start must bring a working system that holds all
 * that was acknowledged, once. TERAFFI_KILL_SEED gives other moments.
 */

t.setTimeout(900_000)

type Phase = 'start' | 'writes' | 'import'
/** Strikes so long after the victim acknowledged that many steps. */
interface Moment { victim: 'process' | 'neo4j', during: Phase, afterSteps: number, afterMs: number }

const seed = Number(process.env['TERAFFI_KILL_SEED'] ?? 45113)
const random = generator(seed)
const dataDir = resolve('.data', 'kill')
const work = resolve('.data', 'kill-work') // what judges the victim lies outside it
const ledger = join(work, 'ledger')
const config = killConfig(dataDir)

t.before(async () => {
  await stopStores(config)
  for (const dir of [dataDir, work]) rmSync(dir, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  writeFileSync(ledger, '')
})
t.teardown(async () => {
  await stopStores(config)
  for (const dir of [dataDir, work]) rmSync(dir, { recursive: true, force: true })
})

t.test(`20 moments, TERAFFI_KILL_SEED=${seed}`, async (t) => {
  const imported: string[] = []
  for (const [i, moment] of moments().entries()) {
    await t.test(`${i + 1}: the ${moment.victim} during ${moment.during}, after ${moment.afterSteps} steps and ${moment.afterMs} ms`, async (t) => {
      const file = moment.during === 'import' ? writePairs(i) : null
      await killAt(moment, file)

      const engine = await createEngine(config)
      t.equal((await engine.status()).ready, true, 'it works again')
      const stored = await storedFacts()
      const lost = acknowledged().filter((id) => !stored.has(id))
      t.strictSame(lost, [], `nothing of ${acknowledged().length} acknowledged is lost`)
      t.strictSame([...stored].filter(([, times]) => times !== 1), [], 'nothing is there twice')
      t.strictSame(halfBatches(stored), [], 'no transaction is half there')

      if (file !== null) {
        await engine.importFile(TENANT, { path: file, format: 'pairs' })
        imported.push(...idsOf(file))
        const complete = await storedFacts()
        t.strictSame(imported.filter((id) => complete.get(id) !== 1), [], 'every import is whole once it was run again')
      }
      const [seeker] = acknowledged()[0]?.split(' ') ?? []
      if (seeker !== undefined) {
        const { data } = await engine.discover(TENANT, { memberId: seeker, kinds: ['item'], exclude: { seen: false }, limit: 5 })
        t.ok(data.length > 0, 'and it answers from what it holds')
      }
      await engine.close()
    })
  }
  t.ok(acknowledged().length > 100, 'the victims did get to write')
})

/** Which 20 moments there are is fixed; their order and how far in they strike is up to the seed. */
function moments (): Moment[] {
  const below = (most: number) => Math.floor(random() * most)
  const plan: Array<[Moment['victim'], Phase, { times: number, steps: number, ms: number }]> = [
    ['process', 'start', { times: 4, steps: 1, ms: 7_000 }],
    ['process', 'writes', { times: 6, steps: 20, ms: 100 }],
    ['process', 'import', { times: 4, steps: 3, ms: 1_000 }],
    ['neo4j', 'start', { times: 2, steps: 1, ms: 6_000 }],
    ['neo4j', 'writes', { times: 2, steps: 20, ms: 100 }],
    ['neo4j', 'import', { times: 2, steps: 3, ms: 1_000 }]
  ]
  return plan
    .flatMap(([victim, during, { times, steps, ms }]) =>
      Array.from({ length: times }, () => ({ victim, during, afterSteps: below(steps), afterMs: below(ms) })))
    .map((moment) => ({ moment, place: random() })).sort((a, b) => a.place - b.place).map(({ moment }) => moment)
}

/** Starts a victim, lets it come to the moment, and kills it or its Neo4j. Neither outlives it. */
async function killAt ({ victim, during, afterSteps, afterMs }: Moment, file: string | null): Promise<void> {
  if (during === 'start') await stopStores(config)
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/kill-writer.ts', dataDir, ledger, ...file === null ? [] : [file]],
    { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    if (during !== 'start') await untilStep(child, afterSteps)
    else if (victim === 'neo4j') await waitUntil(async () => await findNeo4j(dataDir) !== null, 60_000, 20)
    await sleep(afterMs)
    if (victim === 'neo4j') await killNeo4j()
  } finally {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
  }
}

async function untilStep (child: ChildProcess, step: number): Promise<void> {
  const before = steps()
  const { value } = await createInterface({ input: child.stdout! })[Symbol.asyncIterator]().next()
  if (value !== 'ready' || !await waitUntil(() => steps() >= before + step, 120_000, 5)) throw new Error('the victim did not come to its moment')
}

const steps = () => readFileSync(ledger, 'utf8').split('\n').length

async function killNeo4j (): Promise<void> {
  const pid = await findNeo4j(dataDir)
  if (pid === null) return
  process.kill(pid, 'SIGKILL')
  await waitUntil(async () => await commandOf(pid) === '', 10_000)
}

/** Every fact of the tenant and how often it is there, read past the engine: relationships, and pieces of evidence on each. */
async function storedFacts (): Promise<Map<string, number>> {
  const stores = await openStores(config)
  const driver = neo4j.driver(stores.neo4j.uri, neo4j.auth.basic(stores.neo4j.user, stores.neo4j.password), { disableLosslessIntegers: true })
  try {
    const { records } = await driver.executeQuery(
      'MATCH (s:Entity {tenantId: $tenantId})-[r:HAS_AFFINITY_WITH]->(o) RETURN s.id + " " + o.id AS id, sum(size(r.evidence)) AS times',
      { tenantId: TENANT }, { database: 'neo4j' })
    return new Map(records.map((record) => [record.get('id'), record.get('times')]))
  } finally {
    await driver.close()
  }
}

/** What the victims were told is safe. */
function acknowledged (): string[] {
  const lines = readFileSync(ledger, 'utf8').split('\n').filter(Boolean)
  const files = new Map<string, number>()
  const batches: string[] = []
  for (const line of lines) {
    const [what, number] = line.split(' ') as [string, string]
    if (what === 'batch') batches.push(...idsOfBatch(Number(number)))
    else files.set(what, Number(number))
  }
  return [...batches, ...[...files].flatMap(([file, line]) => idsOf(file, line))]
}

const idsOfBatch = (batch: number) => Array.from({ length: BATCH }, (_, i) => batch * BATCH + i).map((n) => `member:w${n % 7} item:n${n}`)

/** The batches of which some facts are there and others not. */
function halfBatches (stored: Map<string, number>): number[] {
  const batches = new Set([...stored.keys()].flatMap((id) => / item:n(\d+)$/.exec(id)?.[1] ?? []).map((n) => Math.floor(Number(n) / BATCH)))
  return [...batches].filter((batch) => new Set(idsOfBatch(batch).map((id) => stored.has(id))).size > 1)
}

/** A file of 12,000 pairs, which is three transactions: 600 users with 20 items each. */
function writePairs (number: number): string {
  const path = join(work, `pairs-${number}.txt`)
  const items = () => Array.from({ length: 20 }, (_, i) => `${i}-${Math.floor(random() * 1_000)}`)
  writeFileSync(path, Array.from({ length: 600 }, (_, user) => [`${number}-${user}`, ...items()].join(' ') + '\n').join(''))
  return path
}

function idsOf (file: string, lines = Infinity): string[] {
  return readFileSync(file, 'utf8').trim().split('\n').slice(0, lines)
    .flatMap((line) => line.split(' ').slice(1).map((item) => `user:${line.split(' ')[0]} item:${item}`))
}
