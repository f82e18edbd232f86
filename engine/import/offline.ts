import { closeSync, createReadStream, openSync, writeFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ImportCounts } from '../../models/imports.js'
import type { EntityRef, Fact } from '../../models/triple.js'
import { EngineError } from '../errors.js'
import { evidenceLine, factId, resolve } from '../graph/evidence.js'
import { withKey } from '../graph/facts.js'
import type { Graph } from '../graph/graph.js'
import { ingest, type Description } from '../graph/ingest.js'
import { meantAnew } from '../graph/link.js'
import { batches, type Batch } from './batches.js'
import { openText } from './lines.js'
import { refusals } from './refusals.js'
import type { Line, Read as Row } from './rows.js'
import { identify, rowsOf, unreadable, watched, type ImportReport, type ImportRequest, type Read } from './run.js'
import { nodesOf, outcomeOf } from './write.js'

/**
 * The way of files into an empty graph through Neo4j's own loader: rows are read and become facts as everywhere; the first piece of evidence of
 * each plain fact is written as a record of the loader's, all others wait in a file for the live path, which adds them afterwards.
 */

export type OfflineRequest = Pick<ImportRequest, 'path' | 'format' | 'mapping' | 'about' | 'trusted' | 'onError' | 'rejectedTo'>

/** What became of one file: `later` holds the evidence that waits, a fact a line. */
interface MappedFile extends Pick<ImportReport, 'importId' | 'errors' | 'rejectedBy' | 'ignored' | 'seconds'> {
  request: OfflineRequest, totalBytes: number, line: number, later: string, counts: ImportCounts
}
/** The loader's files, with their headers. */
export interface Mapped { nodes: string[], relationships: string[], files: MappedFile[] }

const FIELD = '\u001e'
const ITEM = '\u001f'
const NODE_FIELDS = [':ID', ':LABEL', 'tenantId', 'id', 'key', 'name']
const COUNTS = ['certainPositive', 'certainNegative', 'possiblePositive', 'possibleNegative', 'desiredPositive', 'desiredNegative'] as const
const FACT_FIELDS = [
  ':START_ID', ':END_ID', ':TYPE', 'factId', 'evidence:string[]', 'version:long', 'lemma', 'polarity', 'modality', 'confidence:double', 'weight:double',
  ...COUNTS.map((name) => `${name}:long`), 'observedAt'
]
const VERSION = 1 // the first write of the tenant

/** Maps files to the loader's form in a folder. Memory: what is known of each node, and 16 to 32 bytes a fact. */
export async function mapOffline (tenantId: string, requests: OfflineRequest[], dir: string, now: string): Promise<Mapped> {
  const [nodes, relationships] = [join(dir, 'nodes.csv'), join(dir, 'facts.csv')]
  const known = new Facts()
  const entities = new Entities()
  const out = lineWriter(relationships)
  out.write(`${FACT_FIELDS.join(FIELD)}\n`)
  const files: MappedFile[] = []
  const told: Told = { described: false, named: false }
  for (const [i, request] of requests.entries()) {
    const later = join(dir, `later-${i}.jsonl`)
    files.push(await mapFile(request, later, { known, entities, out, record: recorder(entities, now), told }))
  }
  out.end()
  writeNodes(nodes, tenantId, entities)
  const counter = join(dir, 'graph.csv')
  writeFileSync(counter, `${[':ID', ':LABEL', 'tenantId', 'version:long'].join(FIELD)}\n${[entities.all.size, '_Graph', tenantId, VERSION].join(FIELD)}\n`)
  return { nodes: [nodes, counter], relationships: [relationships], files }
}

interface Mapping { known: Facts, entities: Entities, out: LineWriter, record: (fact: Fact, id: string) => string, told: Told }
/** Whether nodes are described, and whether nodes are named: both together need the graph. */
interface Told { described: boolean, named: boolean }

async function mapFile (request: OfflineRequest, laterPath: string, mapping: Mapping): Promise<MappedFile> {
  const started = performance.now()
  const { importId, totalBytes } = await identify(request)
  const refused = refusals(request)
  const later = lineWriter(laterPath)
  const counts: ImportCounts = { read: 0, created: 0, merged: 0, duplicate: 0, rejected: 0 }
  const read: Read = { ignored: [], broken: null }
  let line = 0
  for await (const row of watched(rowsOf(request, importId, openText(request.path).text), read)) {
    line = row.line
    if (row.rejected === undefined) mapRow(row, later, counts, mapping)
    else {
      await refused.add(row)
      counts.read++
      counts.rejected++
      if (request.onError === 'abort') break
    }
    if (mapping.told.described && mapping.told.named) throw describes(request.path, line)
  }
  later.end()
  await refused.close()
  if (read.broken !== null) throw unreadable(request, line, read.broken)
  const { errors, byCode: rejectedBy } = refused
  const seconds = (performance.now() - started) / 1000
  return { request, importId, totalBytes, line, later: laterPath, counts, errors, rejectedBy, ignored: read.ignored, seconds }
}

/** What can be is written for the loader; the rest of the row waits. */
function mapRow ({ line, facts, nodes = [] }: Row, later: LineWriter, counts: ImportCounts, { known, out, record, told }: Mapping): void {
  const wait: Fact[] = []
  for (const given of facts) {
    const isNamed = given.subject.named === true || given.object.named === true
    const fact = isNamed ? { ...given, subject: meantAnew(given.subject), object: meantAnew(given.object) } : given
    told.named ||= isNamed
    const id = factId(fact)
    if (!isPlain(fact) || !known.add(id)) {
      wait.push(fact)
      continue
    }
    out.write(record(fact, id))
    counts.read++
    counts.created++
  }
  told.described ||= nodes.length > 0
  if (wait.length + nodes.length > 0) later.write(`${JSON.stringify({ line, facts: wait, nodes })}\n`)
}

const describes = (path: string, line: number) => new EngineError('failed_precondition',
  `"${path}", line ${line}: nodes are described, and others named without an id. What names mean depends on that, so import it without --offline.`)

/** Facts of which the loader's record holds all; others go by the live path, and so does what has characters that part its fields. */
function isPlain ({ properties, visibility, withdrawnAt, validFrom, validTo, sentence, source }: Fact): boolean {
  const isMarked = visibility || withdrawnAt || validFrom || validTo
  return !isMarked && Object.keys(properties).length === 0 && !(sentence !== '' && APART.test(sentence)) && !APART.test(source)
}
const APART = /[\u0002\u001e\u001f]/ // eslint-disable-line no-control-regex -- they part the loader's fields

/** Writes a fact as the loader reads it. Of facts that are said alike, what is said and what it comes to is worked out once. */
function recorder (entities: Entities, now: string): Mapping['record'] {
  const alike = new Map<string, string>()
  return (fact, id) => {
    const key = keyOf(fact)
    let said = alike.get(key)
    if (said === undefined) {
      said = sayingOf(fact, now)
      if (alike.size < ALIKE_KEPT) alike.set(key, said)
    }
    return `${entities.at(fact.subject)}${FIELD}${entities.at(fact.object)}${FIELD}${fact.relation}${FIELD}${id}${FIELD}${said}`
  }
}
const ALIKE_KEPT = 10_000

const keyOf = ({ relation, lemma, polarity, modality, confidence, source, start, end, observedAt, recordedAt, importId, sentence }: Fact) =>
  `${relation}${FIELD}${relation === 'MENTIONS' ? lemma : ''}${FIELD}${polarity}${modality}${confidence}${FIELD}${source}${FIELD}${start}${FIELD}${end}${FIELD}` +
  `${observedAt}${FIELD}${recordedAt}${FIELD}${importId}${FIELD}${sentence}`

function sayingOf (fact: Fact, now: string): string {
  const line = evidenceLine(fact, now)
  const { polarity, modality, confidence, weight, observedAt, ...resolved } = resolve([line], fact.relation)
  const lemma = fact.relation === 'MENTIONS' ? fact.lemma : ''
  return [line, VERSION, lemma, polarity, modality, confidence, weight, ...COUNTS.map((name) => resolved[name] || ''), observedAt].join(FIELD) + '\n'
}

function writeNodes (path: string, tenantId: string, entities: Entities): void {
  const out = lineWriter(path)
  out.write(`${NODE_FIELDS.join(FIELD)}\n`)
  for (const [id, { at, key, label, name }] of entities.all) out.write(`${[at, `Entity${ITEM}${label}`, tenantId, id, key, name].join(FIELD)}\n`)
  out.end()
}

/** Each node once, numbered as it comes, under the alphabetically last of its spellings, found by the key of the first. */
class Entities {
  readonly all = new Map<string, EntityRef & { at: number, key: string }>()

  at (entity: EntityRef): number {
    const held = this.all.get(entity.id)
    if (held === undefined) {
      this.all.set(entity.id, { ...withKey(entity), at: this.all.size })
      return this.all.size - 1
    }
    if (held.name < entity.name) held.name = entity.name
    return held.at
  }
}

/** Which facts are there: their ids as pairs of words in a hash table with open addressing (Knuth 1998, 6.4), grown at half. */
class Facts {
  private words = new Uint32Array(2 ** 17)
  private size = 0

  /** False where it is there already. */
  add (factId: string): boolean {
    if (this.size * 4 > this.words.length) this.grow()
    const [high, low] = [parseInt(factId.slice(1, 9), 16), parseInt(factId.slice(9, 17), 16) | 1] // odd: an empty place is 0
    const isNew = this.put(high, low)
    if (isNew) this.size++
    return isNew
  }

  private put (high: number, low: number): boolean {
    const { words } = this
    const mask = words.length / 2 - 1
    for (let at = high & mask; ; at = (at + 1) & mask) {
      if (words[2 * at + 1] === 0) {
        words[2 * at] = high
        words[2 * at + 1] = low
        return true
      }
      if (words[2 * at] === high && words[2 * at + 1] === low >>> 0) return false
    }
  }

  private grow (): void {
    const before = this.words
    this.words = new Uint32Array(before.length * 2)
    for (let at = 0; at < before.length; at += 2) if (before[at + 1] !== 0) this.put(before[at]!, before[at + 1]!)
  }
}

interface LineWriter { write: (line: string) => void, end: () => void }
const PIECE = 1 << 18

function lineWriter (path: string): LineWriter {
  const file = openSync(path, 'w')
  let piece = ''
  const flush = () => {
    writeSync(file, piece)
    piece = ''
  }
  return {
    write (line) {
      piece += line
      if (piece.length > PIECE) flush()
    },
    end () {
      flush()
      closeSync(file)
    }
  }
}

const BATCH = 5_000

/** After the load: adds what waits, and notes each import with its counts. */
export async function finishOffline (graph: Graph, tenantId: string, { files }: Mapped, now: string): Promise<ImportReport[]> {
  const reports: ImportReport[] = []
  for (const { request: { path, format }, totalBytes, line, later, counts, seconds, ...file } of files) {
    const started = performance.now()
    let sum = counts
    const cutting = { from: { lines: 0, within: 0 }, recount: false, size: BATCH, onRefused: async () => {}, abort: false }
    for await (const batch of batches(waiting(later), cutting)) sum = await add(graph, tenantId, batch, sum, now)
    const mark = { path: basename(path), format, state: 'succeeded', lines: line, within: 0, ...sum, bytes: totalBytes, totalBytes, at: now, error: '' }
    await graph.write((run) => run('graph/import-mark', { tenantId, importId: file.importId, mark }))
    reports.push({ ...file, ...sum, resumedAt: 0, seconds: seconds + (performance.now() - started) / 1000 })
  }
  return reports
}

async function * waiting (path: string): AsyncGenerator<Line> {
  for await (const text of createInterface({ input: createReadStream(path) })) yield JSON.parse(text) as { line: number, facts: Fact[], nodes: Description[] }
}

async function add (graph: Graph, tenantId: string, batch: Batch, before: ImportCounts, now: string): Promise<ImportCounts> {
  return outcomeOf(batch, before, await ingest(graph, tenantId, batch.facts, nodesOf(batch), { now }))
}
