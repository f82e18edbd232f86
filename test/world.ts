import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { loadConfig } from '../engine/config.js'
import { createEngine, type Engine } from '../engine/engine.js'
import { plainFact } from '../engine/import/rows.js'
import { entityRef } from '../engine/extraction/canonical.js'
import type { EntityRef, Fact } from '../models/triple.js'
import { isRelation, labelOfKind, type Label } from '../models/vocabulary.js'

/** The time of tests. */
export const NOW = '2026-11-01T00:00:00.000Z'

/** The settings of a test run: its own data folder, and the embedder that needs no weights. */
export const testConfig = () => ({ TERAFFI_EMBEDDER: 'hashed', TERAFFI_DATA_DIR: '.data/test', ...process.env })

let shared: Promise<Engine> | null = null

/** One engine per test process, on the stores that the test run keeps up; closed with the root test. */
export function testEngine (t: Test): Promise<Engine> {
  if (shared === null) {
    shared = createEngine(loadConfig(testConfig()))
    let root = t as Test & { parent?: Test }
    while (root.parent !== undefined) root = root.parent as typeof root
    root.teardown(async () => { await (await shared)?.close() })
  }
  return shared
}

/** A tenant of its own with these facts, such as 'ada HAS_AFFINITY_WITH jazz'; see `fact`. */
export async function world (t: Test, ...facts: (string | Fact)[]) {
  const engine = await testEngine(t)
  const tenantId = `test-${randomUUID()}`
  await engine.learn(tenantId, { facts: facts.map((one) => typeof one === 'string' ? fact(one) : one) }, NOW)
  return { engine, graph: engine.graph, tenantId }
}

/**
 * 'ada HAS_AFFINITY_WITH jazz' in words: a subject is a member and an object a topic, unless an id such as `brand:acme` says otherwise.
 * '-' before the relation denies it, '?' makes it possible, '!' desired.
 */
export function fact (text: string, more: Partial<Fact> = {}): Fact {
  const [, subject, mark, relation, object] = /^(\S+) ([-?!]?)([A-Z_]+) (.+)$/.exec(text) ?? []
  if (relation === undefined || !isRelation(relation)) throw new Error(`Not a fact: ${text}`)
  return {
    ...plainFact(entity(subject!, 'Member'), relation, relation.toLowerCase(), entity(object!, 'Topic'), 'test'),
    polarity: mark === '-' ? '-' : '+',
    modality: mark === '?' ? 'possible' : mark === '!' ? 'desired' : 'certain',
    sentence: `${text}.`,
    ...more
  }
}

export function entity (text: string, fallback: Label): EntityRef {
  const [kind, name] = text.split(':')
  return name === undefined ? entityRef(text, fallback) : entityRef(name, labelOfKind(kind!)!)
}
