import type { Rejection } from '../../models/imports.js'
import type { EntityRef, Fact } from '../../models/triple.js'
import { labelOfKind, type Label, type Relation } from '../../models/vocabulary.js'
import type { Description } from '../graph/ingest.js'
import { labelOf } from '../graph/link.js'
import { entityIdOf, relationOf as relationIn } from './iri.js'
import { describe, describes } from './nodes.js'
import { isBroken, isRejection, labelNamed, mapped, MAP_HINT, NAME_MAX, named, plainFact, reject, relationNamed, selfLoop, short, spaced, untold, type Source } from './rows.js'

export type Term = { iri: string } | { blank: string } | { literal: string, language: string }
export interface Quad { subject: Term, predicate: Term, object: Term, graph: Term | null }
interface Told { facts: Fact[], nodes?: Description[] }

const RDF_TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type'
/** Predicates that name their subject: of RDF Schema, FOAF, schema.org and SKOS. */
const NAMES: ReadonlySet<string> = new Set([
  'http://www.w3.org/2000/01/rdf-schema#label', 'http://xmlns.com/foaf/0.1/name', 'http://schema.org/name', 'https://schema.org/name', 'http://www.w3.org/2004/02/skos/core#prefLabel'
])
/** How many types of IRIs are remembered; the first to be forgotten are the oldest. */
const TYPES_KEPT = 100_000

/**
 * What the quads of a file say, read in their order. An IRI of ours is an id; any other is the name that its last segment is, of the type that
 * an rdf:type before it has told, else of the one that its relation expects. So IRIs of two namespaces that end alike are one thing.
 */
export class Meaning {
  private readonly types = new Map<string, Label>()

  constructor (private readonly given: Source) {}

  read ({ subject, predicate, object, graph }: Quad): Told | Rejection {
    const ends = [['subject', subject], ['object', object], ['graph', graph]] as const
    const blank = ends.find(([, term]) => term !== null && 'blank' in term)
    if (blank !== undefined) return reject('blank_node', blank[0], `The ${blank[0]} is a blank node`, 'Give it an IRI: what has no name cannot be found again.')
    if (!('iri' in subject) || !('iri' in predicate)) return reject('bad_statement', 'subject', 'Subject and predicate are not both IRIs', 'A statement is an IRI, a predicate, then an IRI or a text.')
    if (predicate.iri === RDF_TYPE) return this.type(subject.iri, object)
    const name = NAMES.has(predicate.iri) ? 'name' : this.property(predicate.iri)
    if (name !== null && 'literal' in object) return this.describe(subject.iri, name, object)
    return this.fact(subject.iri, predicate.iri, object, graph)
  }

  private property (iri: string): string | null {
    const segment = segmentOf(iri)
    const name = mapped(this.given.mapping.columns, iri) ?? mapped(this.given.mapping.columns, segment) ?? segment
    return describes(name) ? name : null
  }

  private type (iri: string, object: Term): Told | Rejection {
    const type = 'iri' in object ? object.iri : ''
    const label = mapped(this.given.mapping.labels, type) ?? labelNamed(segmentOf(type), this.given.mapping)
    if (label === undefined) return reject('unknown_type', 'object', `"${short(type)}" is no type`, MAP_HINT)
    const known = this.types.get(iri) ?? label
    const entity = this.entity(iri, known, 'subject')
    if (isRejection(entity)) return entity
    if (entity.label !== label) return reject('unknown_type', 'object', `"${short(iri)}" is a ${entity.label} already`, 'A thing has one type.')
    this.types.delete(iri)
    this.types.set(iri, label)
    if (this.types.size > TYPES_KEPT) this.types.delete(this.types.keys().next().value!)
    return { facts: [], nodes: [{ id: entity.id, label, name: entity.name, unnamed: true, properties: {} }] }
  }

  private describe (iri: string, name: string, { literal, language }: { literal: string, language: string }): Told | Rejection {
    if (language !== '' && !/^en\b/i.test(language)) {
      return reject('foreign_text', 'object', `The ${name} is in the language "${short(language)}"`, 'What describes a thing is in English, or has no language.')
    }
    const entity = this.entity(iri, undefined, 'subject')
    if (isRejection(entity)) return entity
    const node = describe(entity, [[name, literal]])
    return isRejection(node) ? node : { facts: [], nodes: [node] }
  }

  private fact (iri: string, predicate: string, object: Term, graph: Term | null): Told | Rejection {
    const source = graph !== null && 'iri' in graph ? entityIdOf(graph.iri) ?? graph.iri : this.given.source
    const { relation, lemma } = this.relation(predicate)
    const wrong = untold(source, this.given) ?? unfit(source, 'graph') ?? unfit(lemma, 'predicate')
    if (wrong !== null) return wrong
    const subject = this.entity(iri, 'Member', 'subject')
    if (isRejection(subject)) return subject
    const what = this.object(object, relation)
    if (isRejection(what)) return what
    return subject.id === what.id ? selfLoop(subject) : { facts: [plainFact(subject, relation, lemma, what, source, this.given.importId)] }
  }

  private relation (iri: string): { relation: Relation, lemma: string } {
    const { mapping } = this.given
    const found = relationNamed(relationIn(iri) ?? segmentOf(iri), mapping)
    return { ...found, relation: mapped(mapping.relations, iri) ?? found.relation }
  }

  private object (term: Term, relation: Relation): EntityRef | Rejection {
    if ('iri' in term) return this.entity(term.iri, labelOf(relation, nameOf(term.iri)), 'object')
    const name = 'literal' in term ? term.literal.trim() : ''
    return unfit(name, 'object') ?? named(name, labelOf(relation, name), 'object')
  }

  /** The node that an IRI stands for; `fallback`: its type where nothing tells it. */
  private entity (iri: string, fallback: Label | undefined, column: string): EntityRef | Rejection {
    const id = entityIdOf(iri)
    const type = id === null ? undefined : labelOfKind(id.slice(0, id.indexOf(':')))
    const label = type ?? this.types.get(iri) ?? (id === null ? fallback : undefined)
    if (label === undefined) return reject('unknown_type', column, `Nothing has told what "${short(iri)}" is`, `State its rdf:type on a line before. ${MAP_HINT}`)
    const name = nameOf(iri)
    const wrong = unfit(id ?? name, column)
    if (wrong !== null) return wrong
    return id === null ? named(name, label, column) : { id, label, name: spaced(id.slice(id.indexOf(':') + 1)) }
  }
}

function unfit (text: string, column: string): Rejection | null {
  if (text === '') return reject('no_name', column, `The ${column} has no name`, 'An IRI ends in a name.')
  if (text.length > NAME_MAX) return reject('too_long', column, `"${short(text)}" cannot be the ${column}`, `Names have at most ${NAME_MAX} characters.`)
  return isBroken(text) ? reject('bad_text', column, `"${short(text)}" cannot be the ${column}`, 'Save the file as UTF-8, without control characters.') : null
}

/** `http://example.org/people/Ada_Lovelace` as `Ada Lovelace`. */
const nameOf = (iri: string): string => segmentOf(iri).replaceAll('_', ' ').trim()
const segmentOf = (iri: string): string => unescaped(/([^/#:]+)[/#]*$/.exec(iri)?.[1] ?? '')

function unescaped (text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a % that stands for itself
  }
}
