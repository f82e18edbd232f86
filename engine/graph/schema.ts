import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Graph } from './graph.js'

const SCHEMA = fileURLToPath(new URL('../../cypher/schema/', import.meta.url))

/** Brings constraints and indexes up to date. Every statement says IF NOT EXISTS, so running it again changes nothing. */
export async function migrateGraph (graph: Graph): Promise<void> {
  for (const file of readdirSync(SCHEMA).filter((name) => name.endsWith('.cypher')).sort()) {
    await graph.define(statementsOf(readFileSync(SCHEMA + file, 'utf8')))
  }
  await graph.define(['CALL db.awaitIndexes(60)'])
}

export const statementsOf = (text: string): string[] =>
  text.split('\n').filter((line) => !line.startsWith('//')).join('\n').split(/;\s*\n/).map((statement) => statement.trim()).filter(Boolean)

export const shortHash = (text: string, length = 16): string => hash('sha256', text, 'hex').slice(0, length)
