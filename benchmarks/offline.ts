import { createReadStream, createWriteStream, writeFileSync } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { loadConfig } from '../engine/config.js'
import { bulkLoad, LOADER, runLoader } from '../engine/embedded/bulk.js'
import { mapOffline } from '../engine/import/offline.js'
import { bench, percentile } from './bench.js'

const TARGETS = { perBareSpeed: { least: 0.8 }, peakRssMb: { most: 600 } }
const dataDir = resolve('.data', 'bench-offline')
const work = join(dataDir, 'work')
const { neo4jHeapMb } = loadConfig()

// What does a first load cost with ids, keys, evidence and refused rows, where Neo4j's own loader is given no more than nodes and types? Both
// begin with the start of Java; ours with the reading of the file, the bare one with tables that were made before. `--file` names a file of pairs.
await bench('offline', async ({ full, size, report }) => {
  await rm(dataDir, { recursive: true, force: true })
  await mkdir(join(dataDir, 'neo4j'), { recursive: true })
  await mkdir(work, { recursive: true })
  const file = full ? given() : smallFile()
  const bare = await bareTables(file)
  const [ours, theirs, mapping]: [number[], number[], number[]] = [[], [], []]
  let facts = 0
  let peakRssMb = 0
  for (let run = 0; run < size('runs', { smoke: 1, full: 3 }); run++) {
    const started = performance.now()
    const mapped = await mapOffline('bench', [{ path: file, format: 'pairs' }], work, '2026-11-01T00:00:00.000Z')
    const between = performance.now()
    await bulkLoad(dataDir, mapped, neo4jHeapMb)
    const ended = performance.now()
    ours.push(ended - started)
    mapping.push(between - started)
    facts = mapped.files[0]!.counts.created
    peakRssMb = process.resourceUsage().maxRSS / 1024
    await runLoader(dataDir, [...LOADER, `--nodes=${bare.nodes}`, `--relationships=HAS_AFFINITY_WITH=${bare.facts}`], neo4jHeapMb)
    theirs.push(performance.now() - ended)
  }
  const bytes = (await stat(join(work, 'facts.csv'))).size
  const [own, other] = [percentile(ours, 50), percentile(theirs, 50)]
  report({
    facts,
    rowsPerSecond: 1_000 * facts / own,
    bareRowsPerSecond: 1_000 * facts / other,
    perBareSpeed: other / own,
    seconds: own / 1_000,
    mappingSeconds: percentile(mapping, 50) / 1_000,
    bareSeconds: other / 1_000,
    bytesPerFact: bytes / facts,
    peakRssMb
  })
  await rm(dataDir, { recursive: true, force: true })
}, { targets: TARGETS })

function given (): string {
  const at = process.argv.indexOf('--file')
  if (at === -1) throw new Error('Say --file FILE: a line is a user, then the items; .gz is fine.')
  return process.argv[at + 1]!
}

function smallFile (): string {
  const path = join(work, 'pairs.txt')
  writeFileSync(path, Array.from({ length: 200 }, (_, user) => `${user} ${Array.from({ length: 10 }, (_, i) => (user * 7 + i * 13) % 300).join(' ')}\n`).join(''))
  return path
}

/** The same nodes and relationships with nothing but their ids, labels and types, as neo4j-admin has them. */
async function bareTables (file: string): Promise<{ nodes: string, facts: string }> {
  const [nodes, facts] = [join(work, 'bare-nodes.csv'), join(work, 'bare-facts.csv')]
  const [nodesOut, factsOut] = [createWriteStream(nodes), createWriteStream(facts)]
  const [users, items] = [new Set<string>(), new Set<string>()]
  factsOut.write(':START_ID,:END_ID\n')
  const text = createReadStream(file)
  for await (const line of createInterface({ input: file.endsWith('.gz') ? text.pipe(createGunzip()) : text })) {
    const [user, ...some] = line.trim().split(/\s+/)
    if (!user || some.length === 0) continue
    users.add(user)
    for (const item of some) items.add(item)
    if (!factsOut.write([...new Set(some)].map((item) => `u${user},i${item}\n`).join(''))) await once(factsOut, 'drain')
  }
  nodesOut.write('id:ID,:LABEL\n')
  for (const user of users) nodesOut.write(`u${user},Member\n`)
  for (const item of items) nodesOut.write(`i${item},Item\n`)
  await Promise.all([nodesOut, factsOut].map((out) => once(out.end(), 'finish')))
  return { nodes, facts }
}
