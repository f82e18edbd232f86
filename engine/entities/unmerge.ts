import type { Relation } from '../../models/vocabulary.js'
import { EngineError } from '../errors.js'
import { placeLine, noteViewers, type Held } from '../graph/documents.js'
import { evidenceId, marked, parseEvidence } from '../graph/evidence.js'
import type { Graph, Run } from '../graph/graph.js'
import { canonicalKey } from '../extraction/canonical.js'
import { mergeOf, moveFeedback, PAGE, placeOf, putFacts, rowOf, shown, sourcesOf, TEXTS, type Both, type FactAt, type Moved, type Paged, type StoredMerge } from './merge.js'
import type { Merge } from '../../models/entities.js'

/**
 * Takes a merge back: the node is there again with what was told of it before, and what was told since stays with the survivor. What was taken
 * back meanwhile (an import undone, a member gone, a text rewritten) does not come back. Later merges on top of it go first. Page by page, each
 * in a transaction; broken off, the same command goes on. `mergeId`: or the id of the node that was merged away.
 */
export async function unmergeEntities (graph: Graph, tenantId: string, mergeId: string, options: Paged = {}): Promise<Merge> {
  for (;;) {
    const { merge, ended } = await graph.inTurn(tenantId, (run) => step(run, tenantId, mergeId, options))
    if (ended) return shown(merge)
  }
}

async function step (run: Run, tenantId: string, asked: string, { page = PAGE, also }: Paged): Promise<{ merge: StoredMerge, ended: boolean }> {
  const version = (await run<{ version: number }>('graph/lock', { tenantId }))[0]!.version
  const merge = await mergeOf(run, tenantId, { id: asked, from: asked })
  if (merge === null) throw new EngineError('not_found', `There is no merge "${asked}".`)
  const mergeId = merge.id
  if (merge.state !== 'undoing') {
    const [later] = await run<{ id: string }>('entities/later', { tenantId, id: mergeId })
    if (later !== undefined) throw new EngineError('failed_precondition', `Merge ${later.id} is later and lies on top of ${mergeId}; undo it first.`)
    await run('entities/restore', { tenantId, mergeId, version, texts: TEXTS })
  }
  const facts = (await run<{ fact: Moved }>('entities/moved', { tenantId, mergeId, limit: page })).map(({ fact }) => fact)
  if (facts.length > 0) await returnPage(run, tenantId, version, merge, facts)
  const ended = facts.length < page
  if (ended) {
    await finish(run, tenantId, version, merge)
    await also?.(run, shown(merge))
  }
  return { merge, ended }
}

/** Deals the evidence that is there now between the two. */
async function returnPage (run: Run, tenantId: string, version: number, { id, from, into }: StoredMerge, facts: Moved[]): Promise<void> {
  const places = facts.map((fact) => placeOf(fact, into))
  const held = new Map((await run<Held>('accounts/facts-between', { tenantId, facts: places })).map((row) => [row.factId, row.evidence]))
  const imports = await importsOf(run, tenantId, facts.flatMap(({ both }) => (JSON.parse(both) as Both[]).map(([, importId]) => importId)))
  const dealt = facts.flatMap((fact, i) => {
    const evidence = held.get(places[i]!.factId)
    return evidence === undefined ? [] : [{ fact, evidence, ...deal(fact, evidence, imports) }]
  })
  const moved = dealt.filter(({ back }) => back.length > 0)
  await putFacts(run, tenantId, version, moved.map(({ fact, back }) => ({ ...fact, at: from, evidence: back })))
  const left = dealt.filter(({ stays, evidence }) => stays.length > 0 && stays.length < evidence.length)
  if (left.length > 0) await run('graph/update-facts', { tenantId, version, facts: left.map(({ fact, stays }) => rowOf(fact, into, stays)) })
  const gone = dealt.filter(({ stays }) => stays.length === 0)
  if (gone.length > 0) await run('entities/take-facts', { tenantId, facts: gone.map(({ fact }) => placeOf(fact, into)) })
  await run('accounts/move-places', { tenantId, moves: moved.flatMap(({ fact, back, stays }) => placesBack(fact, { from, into }, back, stays)) })
  await run('entities/drop-moved', { tenantId, mergeId: id, factIds: facts.map(({ factId }) => factId) })
  await noteViewers(run, tenantId, facts.flatMap((fact) => [placeOf(fact, into), placeOf(fact, from)]))
}

/** Which lines go back to the node that was merged away, and which stay with the survivor. */
function deal ({ only, both }: Moved, evidence: string[], imports: Set<string>): { back: string[], stays: string[] } {
  const alone = new Set(only)
  const shared = new Map((JSON.parse(both) as Both[]).map((one) => [one[0], one]))
  const back = evidence.flatMap((line) => {
    if (alone.has(evidenceId(line))) return [line]
    const twin = shared.get(evidenceId(line))
    return twin === undefined ? [] : asItWas(line, twin, imports)
  })
  return { back: back.sort(), stays: evidence.filter((line) => !alone.has(evidenceId(line))) }
}

const IMPORT_ID = 7
const OBSERVED_AT = 10

/** The line that had the same identity: of another import or day. Nothing, where its import was undone. */
function asItWas (line: string, [, importId, observedAt, visibility, withdrawnAt]: Both, imports: Set<string>): string[] {
  if (observedAt === undefined) return [line]
  if (importId != null && !imports.has(importId)) return []
  const fields = line.split('\t')
  fields[IMPORT_ID] = importId ?? ''
  fields[OBSERVED_AT] = observedAt
  return [marked(fields.join('\t'), { visibility: visibility ?? null, withdrawnAt: withdrawnAt ?? null })]
}

async function importsOf (run: Run, tenantId: string, ids: (string | null | undefined)[]): Promise<Set<string>> {
  const there = new Set<string>()
  for (const importId of new Set(ids)) {
    if (importId != null && (await run('graph/import-state', { tenantId, importId })).length > 0) there.add(importId)
  }
  return there
}

/** What documents know of a place follows it; a document that speaks of both knows both. */
function placesBack (fact: FactAt, { from, into }: { from: string, into: string }, back: string[], stays: string[]) {
  const move = { before: placeLine(placeOf(fact, into)), after: placeLine(placeOf(fact, from)) }
  const staying = new Set(sourcesOf(stays))
  const documents = sourcesOf(back)
  return [
    { ...move, documents: documents.filter((id) => !staying.has(id)), gone: true },
    { ...move, documents: documents.filter((id) => staying.has(id)), gone: false }
  ]
}

async function finish (run: Run, tenantId: string, version: number, merge: StoredMerge): Promise<void> {
  const { id, from, into } = merge
  await returnAside(run, tenantId, version, merge)
  await moveFeedback(run, tenantId, { from: into, into: from }, ({ was = [] }) => {
    const [by, before] = was.at(-1)?.split(' ') ?? []
    return by === id ? { after: before!, was: was.slice(0, -1) } : null
  })
  await run('graph/viewers', { tenantId, ids: [from, into] })
  await run('entities/drop-orphans', { tenantId, ids: [from, into] })
  await run('entities/end', { tenantId, mergeId: id, from })
}

interface Aside extends FactAt { relation: Relation, evidence: string[] }

/** Facts between the two, as far as what spoke for them is still there, seen by whom its document says now. */
async function returnAside (run: Run, tenantId: string, version: number, { id, from, into, label, name }: StoredMerge): Promise<void> {
  const facts = (await run<{ fact: Aside }>('entities/aside', { tenantId, mergeId: id })).map(({ fact }) => fact)
  if (facts.length === 0) return
  const lines = facts.flatMap(({ evidence }) => evidence)
  const imports = await importsOf(run, tenantId, lines.map((line) => parseEvidence(line).importId))
  const documents = await run<{ id: string, visibility: 'public' | 'network' | 'private' }>('accounts/visibilities', { tenantId, ids: sourcesOf(lines) })
  const seen = new Map(documents.map((document) => [document.id, document.visibility]))
  const asNow = (line: string) => {
    const { importId, source, withdrawnAt } = parseEvidence(line)
    if (importId !== null && !imports.has(importId)) return []
    const visibility = seen.get(source)
    return visibility === undefined ? [line] : [marked(line, { visibility: visibility === 'public' ? null : visibility, withdrawnAt })]
  }
  const back = facts.map((fact) => ({ ...fact, at: from, evidence: fact.evidence.flatMap(asNow) })).filter(({ evidence }) => evidence.length > 0)
  if (back.length === 0) return
  await run('graph/merge-entities', { tenantId, entities: [{ id: into, label, name, key: canonicalKey(name, label) }] }) // it may be gone with its last fact
  await putFacts(run, tenantId, version, back)
  await noteViewers(run, tenantId, back.map((fact) => placeOf(fact, from)))
}
