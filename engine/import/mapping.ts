import { FactProperties } from '../../models/triple.js'
import type { Mapping } from '../../models/imports.js'
import { isLabel, isRelation, LABELS } from '../../models/vocabulary.js'
import { EngineError } from '../errors.js'
import { describes } from './nodes.js'
import { COLUMNS, short } from './rows.js'

const isColumn = (name: string) => (COLUMNS as readonly string[]).includes(name) || describes(name) || Object.hasOwn(FactProperties.properties, name) || name.includes(':')

/** Throws invalid_argument where something is mapped to what is not there. */
export function checkMapping ({ columns = {}, labels = {}, relations = {} }: Mapping): void {
  demand('columns', columns, isColumn, `columns are ${COLUMNS.join(', ')}, properties of nodes and facts, or one of neo4j-admin such as :ID(Member)`)
  demand('labels', labels, isLabel, `labels are ${LABELS.join(', ')}`)
  demand('relations', relations, isRelation, 'relations are those of the vocabulary, such as CREATES or PARTNERED_WITH')
}

function demand (what: string, map: Record<string, string>, isKnown: (name: string) => boolean, hint: string): void {
  const wrong = Object.entries(map).find(([, to]) => !isKnown(to))
  if (wrong !== undefined) throw new EngineError('invalid_argument', `${what}.${short(wrong[0])} is mapped to "${short(wrong[1])}", which is not there; ${hint}.`)
}
