import type { EntityRef, Fact } from '../../models/triple.js'
import type { Relation } from '../../models/vocabulary.js'
import { canonicalKey } from '../extraction/canonical.js'
import { breaks } from '../turns.js'
import { evidenceLine, factId, mergeEvidence, parseEvidence, resolve, stored } from './evidence.js'
import type { Run } from './graph.js'

/** Facts that are told at once, at their time. */
export interface Told { facts: Fact[], now: string }

export interface MergeOptions {
  /** The one source of the facts, of which only what they say now counts: its former evidence of them is replaced. */
  replaces?: string
  /** Facts that are known already take no more evidence. */
  onlyNew?: boolean
}

/** What became of the evidence of who told it. `refused`: where in the facts those are that were known already, if only new ones are taken. */
export interface Merged { created: number, merged: number, refused: number[] }

/** What is said in the same words of the same subject is sent once. */
interface Group { subject: string, relation: Relation, properties: object, facts: { object: string, factId: string }[] }
interface FactRow { factId: string, subject: string, relation: Relation, object: string, lemma: string, evidence: string[] }

/** Writes new facts, and adds to known ones what they do not hold yet; counts the evidence of each that told some by its fate. */
export async function mergeFacts (run: Run, tenantId: string, version: number, told: Told[], options: MergeOptions = {}): Promise<Merged[]> {
  const rows = await rowsOf(told, options.onlyNew)
  if (rows.length === 0) return told.map(() => ({ created: 0, merged: 0, refused: [] }))
  const [, found] = await Promise.all([ // both are sent at once; Neo4j runs them in this order
    run('graph/merge-entities', { tenantId, entities: distinctEntities(told.flatMap(({ facts }) => facts)) }),
    run<Known>('graph/merge-facts', { tenantId, version, groups: groupsOf(rows) })
  ])
  const known = new Map(found.map((row) => [row.factId, row.evidence]))
  const held = new Map(known)
  const merged = await weighAll(told, rows, held, options)
  const changed = rows.filter((row) => held.get(row.factId) !== known.get(row.factId) && known.has(row.factId)).map((row) => {
    const evidence = held.get(row.factId)!
    return { factId: row.factId, subject: row.subject, relation: row.relation, object: row.object, evidence, resolved: stored(evidence, row.relation) }
  })
  if (changed.length > 0) await run('graph/update-facts', { tenantId, version, facts: changed })
  return merged
}

interface Known { factId: string, evidence: string[] }

/** What writing facts would do. `facts`: what their evidence would be, as far as asked; it goes on from what was asked before. */
export interface Foreseen { facts: Map<string, string[]>, nodes: Map<string, string> }
export interface Difference { nodes: { new: number, changed: number }, facts: { new: number, merged: number, changed: number } }

/**
 * The same as `mergeFacts` without writing. `merged` of the difference: known facts that more would speak for; `changed`: those of them of
 * which something else would be known then.
 */
export async function foreseeFacts (read: Run, tenantId: string, told: Told, foreseen: Foreseen, options: MergeOptions = {}): Promise<Merged & { difference: Difference }> {
  const rows = await rowsOf([told], options.onlyNew)
  const fresh = rows.filter(({ factId }) => !foreseen.facts.has(factId))
  for (const { factId, evidence } of await read<Known>('graph/known-facts', { tenantId, groups: groupsOf(fresh) })) foreseen.facts.set(factId, evidence)
  const before = new Map(rows.map(({ factId }) => [factId, foreseen.facts.get(factId)]))
  const [merged] = await weighAll([told], rows, foreseen.facts, options)

  const grown = rows.filter(({ factId }) => before.get(factId) !== undefined && before.get(factId) !== foreseen.facts.get(factId))
  const said = (evidence: string[], relation: Relation) => JSON.stringify({ ...resolve(evidence, relation), observedAt: '' })
  const changed = grown.filter(({ factId, relation }) => said(before.get(factId)!, relation) !== said(foreseen.facts.get(factId)!, relation))
  const nodes = await foreseeNodes(read, tenantId, told.facts, foreseen.nodes)
  return { ...merged!, difference: { nodes, facts: { new: rows.filter(({ factId }) => before.get(factId) === undefined).length, merged: grown.length, changed: changed.length } } }
}

async function foreseeNodes (read: Run, tenantId: string, facts: Fact[], seen: Map<string, string>): Promise<Difference['nodes']> {
  const entities = distinctEntities(facts).filter(({ id, name }) => !(seen.get(id)! >= name))
  const rows = await read<{ id: string, name: string, described: boolean }>('graph/known-entities', { tenantId, ids: entities.map(({ id }) => id) })
  const known = new Map(rows.map((row) => [row.id, row]))
  const difference = { new: 0, changed: 0 }
  for (const { id, name } of entities) {
    const [there, before] = [known.get(id), seen.get(id)]
    if (there === undefined && before === undefined) difference.new++
    else if (there !== undefined && !there.described && (before ?? there.name) < name) difference.changed++
    seen.set(id, name)
  }
  return difference
}

/** One answer for each who told something, as if they had come one after the other. */
async function weighAll (told: Told[], rows: FactRow[], held: Map<string, string[]>, { replaces, onlyNew = false }: MergeOptions): Promise<Merged[]> {
  if (onlyNew) return told.map((one) => weighNew(one, held))
  return (told.length === 1 ? [rows] : await Promise.all(told.map((one) => rowsOf([one])))).map((some) => weigh(some, held, replaces))
}

/** Adds evidence to what is held. A list that does not change stays the same one. */
function weigh (rows: FactRow[], held: Map<string, string[]>, replaces?: string): Merged {
  const counts: Merged = { created: 0, merged: 0, refused: [] }
  for (const { factId, evidence } of rows) {
    const before = held.get(factId)
    const kept = replaces === undefined ? before : before?.filter((line) => parseEvidence(line).source !== replaces)
    const after = kept === undefined ? evidence : mergeEvidence(kept, evidence)
    const fresh = before === undefined ? after.length : after.filter((line) => !before.includes(line)).length
    if (before !== undefined && fresh === 0 && after.length === before.length) continue
    counts.created += before === undefined ? 1 : 0
    counts.merged += before === undefined ? fresh - 1 : fresh
    held.set(factId, after)
  }
  return counts
}

/** Takes what says something of a fact that nothing is known of, and refuses what says more. */
function weighNew ({ facts, now }: Told, held: Map<string, string[]>): Merged {
  const counts: Merged = { created: 0, merged: 0, refused: [] }
  for (const [i, fact] of facts.entries()) {
    const [id, line] = [factId(fact), evidenceLine(fact, now)]
    const before = held.get(id)
    if (before === undefined) {
      counts.created++
      held.set(id, [line])
    } else if (mergeEvidence(before, [line]) !== before) counts.refused.push(i)
  }
  return counts
}

/** One row per fact, its evidence merged and sorted; if only new facts are taken, the first that is said of each. */
async function rowsOf (told: Told[], onlyNew = false): Promise<FactRow[]> {
  const pause = breaks()
  const rows = new Map<string, FactRow>()
  for (const { facts, now } of told) {
    for (const fact of facts) {
      const id = factId(fact)
      const row = rows.get(id)
      if (row === undefined) rows.set(id, { factId: id, subject: fact.subject.id, relation: fact.relation, object: fact.object.id, lemma: fact.lemma, evidence: [evidenceLine(fact, now)] })
      else if (!onlyNew) row.evidence = mergeEvidence(row.evidence, [evidenceLine(fact, now)])
      await pause()
    }
  }
  return [...rows.values()]
}

function groupsOf (rows: FactRow[]): Group[] {
  const said = new Map<string, object>()
  const groups = new Map<string, Group>()
  for (const { factId, subject, relation, object, lemma, evidence } of rows) {
    const words = [relation, relation === 'MENTIONS' ? lemma : '', ...evidence].join('\n')
    const properties = said.get(words) ?? { ...present(stored(evidence, relation)), evidence, ...relation === 'MENTIONS' ? { lemma } : {} }
    said.set(words, properties)
    const key = `${subject}\n${words}`
    const group = groups.get(key) ?? { subject, relation, properties, facts: [] }
    groups.set(key, group)
    group.facts.push({ object, factId })
  }
  return [...groups.values()]
}

const present = (properties: object) => Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null))

/** With the key by which its name finds it. */
export const withKey = <T extends EntityRef>(entity: T) => ({ ...entity, key: canonicalKey(entity.name, entity.label) })

/** Each node once, under the alphabetically last of its spellings. */
function distinctEntities (facts: Fact[]): (EntityRef & { key: string })[] {
  const entities = new Map<string, EntityRef>()
  for (const { subject, object } of facts) {
    for (const entity of [subject, object]) {
      const held = entities.get(entity.id)
      if (held === undefined || held.name < entity.name) entities.set(entity.id, entity)
    }
  }
  return [...entities.values()].map(withKey)
}
