import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { loadConfig } from '../engine/config.js'
import { createEngine, type Engine } from '../engine/engine.js'
import { bench, type Bench } from './bench.js'

const TARGETS = { perLoadCsvSpeed: { least: 3 }, peakRssMb: { most: 600 } }
const dataDir = resolve('.data', 'bench-imports')

/** What a fact is besides its ends, as far as Cypher alone can tell it. */
const WHOLE = `ON CREATE SET r += {polarity: '+', modality: 'certain', confidence: 1.0, weight: 1.0, certainPositive: 1, version: 1,
  observedAt: toString(datetime()), factId: row.subject + row.object, evidence: ['+', 'certain', '1', 'import', toString(datetime())]}`

// How fast does a file of triples go in while Neo4j serves, beside LOAD CSV on the same file, the same constraint and the same machine? Once as
// people write it, nodes and relationships that bear nothing (`loadCsv`), once with the properties that make a fact of it, but for
// its identity and the refused rows (`loadCsvWhole`, on a tenth of the file). All are warm: each has loaded that tenth before, for another tenant.
await bench('imports', async (b) => {
  await rm(dataDir, { recursive: true, force: true })
  await mkdir(dataDir, { recursive: true })
  const [few, all] = [await triples('few', b.size('warming', { smoke: 200, full: 100_000 })), await triples('all', b.size('triples', { smoke: 2_000, full: 1_000_000 }))]
  const engine = await createEngine({ ...loadConfig(), dataDir })
  const server = createServer((request, response) => { createReadStream(join(dataDir, request.url!)).pipe(response) }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const url = (name: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}.csv`
    const live = (path: string) => engine.importFile(path, { path, format: 'triples' })
    await measure(b, {
      loadCsv: [() => loadCsv(engine, url('few'), 'few', ''), () => loadCsv(engine, url('all'), 'all', ''), all.rows],
      loadCsvWhole: [() => loadCsv(engine, url('few'), 'few whole', WHOLE), () => loadCsv(engine, url('few'), 'more whole', WHOLE), few.rows],
      live: [() => live(few.path), () => live(all.path), all.rows]
    })
    b.report({ peakRssMb: process.resourceUsage().maxRSS / 1024 })
  } finally {
    server.close()
    await engine.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}, { targets: TARGETS })

async function measure ({ report }: Bench, ways: Record<string, [warm: () => Promise<unknown>, load: () => Promise<unknown>, rows: number]>): Promise<void> {
  const speed: Record<string, number> = {}
  for (const [name, [warm, load, rows]] of Object.entries(ways)) {
    await warm()
    const started = performance.now()
    await load()
    speed[name] = 1_000 * rows / (performance.now() - started)
    report({ [`${name}RowsPerSecond`]: speed[name] })
  }
  report({ perLoadCsvSpeed: speed.live! / speed.loadCsv!, perLoadCsvWholeSpeed: speed.live! / speed.loadCsvWhole! })
}

/** Members who like items, the popular ones more often (Zipf), a line each; no fact twice. */
async function triples (name: string, rows: number): Promise<{ path: string, rows: number }> {
  const path = join(dataDir, `${name}.csv`)
  const out = createWriteStream(path)
  out.write('subject,predicate,object\n')
  const items = Math.max(40, Math.floor(rows / 20))
  for (let row = 0; row < rows;) {
    const member = Math.floor(row / 27)
    const end = Math.min(rows, row + 27)
    const liked = new Set<number>()
    for (let i = 0; liked.size < end - row; i++) liked.add(Math.floor(items * (((member * 7_919 + i * 104_729) % 10_007) / 10_007) ** 2 + i) % items)
    if (!out.write([...liked].map((item) => `member:m${member},HAS_AFFINITY_WITH,item:i${item}\n`).join(''))) await once(out, 'drain')
    row = end
  }
  await once(out.end(), 'close')
  return { path, rows }
}

async function loadCsv ({ graph }: Engine, url: string, tenantId: string, facts: string): Promise<void> {
  const nodes = facts === '' ? ['', ''] : ['s', 'o'].map((end) => `ON CREATE SET ${end}:${end === 's' ? 'Member' : 'Item'}, ${end}.name = substring(row.${end === 's' ? 'subject' : 'object'}, 5), ${end}.key = ${end}.name`)
  await graph.define([`LOAD CSV WITH HEADERS FROM '${url}' AS row
    CALL (row) {
      MERGE (s:Entity {tenantId: '${tenantId}', id: row.subject}) ${nodes[0]}
      MERGE (o:Entity {tenantId: '${tenantId}', id: row.object}) ${nodes[1]}
      MERGE (s)-[r:HAS_AFFINITY_WITH]->(o) ${facts}
    } IN TRANSACTIONS OF 10000 ROWS`])
}
