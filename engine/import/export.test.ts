import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text as consumed } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { fact, testEngine, world } from '../../test/world.js'
import type { ExportFormat } from '../../models/imports.js'
import type { Fact } from '../../models/triple.js'
import type { Graph } from '../graph/graph.js'
import { ingest } from '../graph/ingest.js'
import { graphVersion } from '../graph/texts.js'
import { exportTenant, graphHash } from './export.js'
import { entityIdOf, entityIri, relationOf, relationIri } from './iri.js'
import { importFile } from './run.js'

const text = (graph: Graph, tenantId: string, format: ExportFormat) => consumed(Readable.from(exportTenant(graph, tenantId, format)))

const IRI = /<[a-z]+:[^\s\p{Cc}<>"{}|^`\\]+>/u.source
const TRIPLE = new RegExp(`^${IRI} ${IRI} (?:${IRI}|"(?:[^"\\\\\\n\\r]|\\\\["\\\\nr])*"\\^\\^${IRI}) \\.$`, 'u')

/** Imports what was exported into a tenant of its own: the same hash, and nothing to do the second time. */
async function copied (t: Test, graph: Graph, tenantId: string, format: ExportFormat): Promise<void> {
  const written = await text(graph, tenantId, format)
  const path = join(t.testdir(), `copy.${format}`)
  writeFileSync(path, written)
  const copy = `copy-${randomUUID()}`
  t.match(await importFile(graph, copy, { path, format, batch: 300, trusted: true }), { rejected: 0, merged: Number })
  t.equal(await graphHash(graph, copy), await graphHash(graph, tenantId), `the same graph from ${format}`)
  t.equal(await text(graph, copy, format), written, 'and the same export')
  const version = await graphVersion(graph, copy)
  writeFileSync(path, `${written}\n\n`) // other bytes, so it is read anew
  t.match(await importFile(graph, copy, { path, format, trusted: true }), { created: 0, merged: 0, rejected: 0, resumedAt: 0 })
  t.equal(await graphVersion(graph, copy), version, 'nothing was written')
}

t.test('the demo world, exported and imported, is the same graph', async (t) => {
  const engine = await testEngine(t)
  const tenantId = `demo-${randomUUID()}`
  await engine.seed(tenantId)
  const lines = (await text(engine.graph, tenantId, 'ntriples')).trimEnd().split('\n')
  t.strictSame(lines.slice(1).filter((line) => !TRIPLE.test(line)), [], 'every line is a triple')
  t.ok(lines.some((line) => /^<urn:teraffi:member:mia-tran> <urn:teraffi:relation:[A-Z_]+> <urn:teraffi:[a-z]+:[^>]+> \.$/.test(line)), 'which others can read')
  await copied(t, engine.graph, tenantId, 'jsonl')
  await copied(t, engine.graph, tenantId, 'ntriples')
})

/** Names and words that forms of files may stumble over. */
const ODD = ['Zoë "Z" O\'Hara', '100 % wool', 'back\\slash', '東京 カフェ', 'a<b>c', 'tea & {cake}|^`', 'Ω≈ç', '🎷 jazz', 'x%20y', 'C#', 'who?']

t.test('odd names, every mark of evidence, and what is private survive both forms', async (t) => {
  const facts: Fact[] = ODD.flatMap((name, i) => [
    fact(`ada HAS_AFFINITY_WITH ${name}`, { sentence: `She said:\n"${name}"\tand left.\r\n ` }),
    { ...fact('bo SPONSORS event:x', { confidence: 1 / (i + 3) }), object: { id: `event:${i}`, label: 'Event', name } }
  ])
  const { graph, tenantId } = await world(t, ...facts,
    fact('ada SEEKS tea', { observedAt: '2026-01-02', source: 'note "1"', properties: { count: 3, unit: 'cups' } }),
    fact('ada SEEKS tea', { start: 3, end: 9, validFrom: '2025-01-01', validTo: '2027-01-01' }),
    fact('ada -SEEKS tea', { withdrawnAt: '2026-05-05' }),
    fact('ada ?MENTIONS tea', { lemma: 'pour "out"' }),
    fact('ada MENTIONS tea', { lemma: 'spill' }),
    fact('ada AVOIDS whisky', { source: 'member:ada/goals', visibility: 'private' }),
    { ...fact('ada SEEKS x'), object: { id: 'odd id/with spaces', label: 'Topic', name: 'Odd' } },
    { ...fact('ada SEEKS y'), object: { id: 'topic:big-band', label: 'Topic', name: 'Big Bands' } })
  await ingest(graph, tenantId, [], [{ id: 'member:ada', label: 'Member', name: 'Ada "A" Lind', properties: { industry: 'a\nb', type: null }, profile: 'I play\njazz.', goals: null, content: null }])
  t.match((await graph.read('graph/entity', { tenantId, entityId: 'topic:whisky' }))[0], { properties: { visibleTo: ['member:ada'] } }, 'what only Ada says is hers to know')
  await copied(t, graph, tenantId, 'jsonl')
  await copied(t, graph, tenantId, 'ntriples')
})

t.test('the hash tells every difference, and without times only those', async (t) => {
  const { graph, tenantId } = await world(t, 'ada SEEKS tea')
  const [hash, timeless] = [await graphHash(graph, tenantId), await graphHash(graph, tenantId, { times: false })]
  await ingest(graph, tenantId, [fact('ada SEEKS tea')]) // is there
  t.equal(await graphHash(graph, tenantId), hash)
  const later = `later-${randomUUID()}`
  await ingest(graph, later, [fact('ada SEEKS tea')], [], { now: '2026-12-24T00:00:00.000Z' })
  t.not(await graphHash(graph, later), hash)
  t.equal(await graphHash(graph, later, { times: false }), timeless)
  await ingest(graph, tenantId, [fact('ada SEEKS tea', { confidence: 0.5 })])
  t.not(await graphHash(graph, tenantId, { times: false }), timeless)
})

t.test('a hub is exported page by page, each fact once', async (t) => {
  const { graph, tenantId } = await world(t, ...Array.from({ length: 4_500 }, (_, i) => `hub SEEKS t${i}`), 'zoe SEEKS tea', 'abe SEEKS tea')
  const lines = (await text(graph, tenantId, 'jsonl')).trimEnd().split('\n')
  t.equal(lines.length, new Set(lines).size)
  t.equal(lines.filter((line) => !line.startsWith('{"node"')).length, 4_502)
})

t.test('ids and relations as IRIs come back as they were', (t) => {
  for (const name of ODD) t.equal(entityIdOf(entityIri(`topic:${name}`)), `topic:${name}`)
  t.equal(entityIri('topic:street food'), 'urn:teraffi:topic:street%20food')
  t.strictSame([relationOf(relationIri('SEEKS')), relationOf('urn:teraffi:topic:x'), entityIdOf('http://x/y'), entityIdOf('urn:teraffi:%ff')], ['SEEKS', null, null, null])
  t.end()
})
