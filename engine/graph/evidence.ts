import { FactProperties, type Fact, type Modality, type Polarity } from '../../models/triple.js'
import type { Relation } from '../../models/vocabulary.js'
import { shortHash } from './schema.js'

/** What one source says about a fact. */
export interface Evidence {
  polarity: Polarity
  modality: Modality
  confidence: number
  source: string
  start: number | null
  end: number | null
  importId: string | null
  validFrom: string | null
  validTo: string | null
  observedAt: string
  properties: FactProperties
  sentence: string
  /** Who may know of it beside its author; null: everyone. */
  visibility: 'network' | 'private' | null
  /** The day on which its document ceased to say it. */
  withdrawnAt: string | null
}

/** What all evidence of a fact comes to: the values that queries read from the relationship. Absent values are null. */
export type Resolved = {
  polarity: Polarity
  modality: Modality
  confidence: number
  /** What the fact weighs in a score, in [−1, 1]: the confidence by its modality, negative where it speaks against. */
  weight: number
  certainPositive: number,
  certainNegative: number
  possiblePositive: number,
  possibleNegative: number
  desiredPositive: number,
  desiredNegative: number
  validFrom: string | null
  validTo: string | null
  observedAt: string
  /** The members who alone may know of the fact; null: everyone. */
  visibleTo: string[] | null
} & { [K in keyof FactProperties]-?: FactProperties[K] | null }

/** The identity of a fact in its tenant. The open predicate is part of it only where the relation is MENTIONS. */
export function factId (fact: Pick<Fact, 'subject' | 'relation' | 'lemma' | 'object'>): string {
  const predicate = fact.relation === 'MENTIONS' ? `MENTIONS ${fact.lemma}` : fact.relation
  return 'f' + shortHash([fact.subject.id, predicate, fact.object.id].join('\t'))
}

/**
 * Evidence is kept on the relationship as one line per piece, fields parted by tabs in the order that `parseEvidence` reads; in Cypher
 * `split(line, '\t')[1]` is the polarity. The last two are there only where one is set. The first field is its identity, so the same
 * statement from the same place is the same evidence however often it arrives; lines are kept sorted, so the order of arrival leaves no
 * trace. Nodes per evidence were measured at half the write speed.
 */
export function evidenceLine (fact: Fact, now: string): string {
  const { polarity, modality, confidence, source, start, end, importId, validFrom, validTo, observedAt } = fact
  const said = fields([polarity, modality, String(confidence), oneLine(source), start, end])
  const valid = fields([validFrom, validTo])
  const keys = Object.keys(fact.properties).sort()
  const words = `${keys.length === 0 ? '' : JSON.stringify(fact.properties, keys)}\t${oneLine(fact.sentence)}`
  const id = shortHash(fields([said, valid, observedAt, words]))
  const line = fields([id, said, importId, valid, observedAt ?? fact.recordedAt ?? now, words])
  return marked(line, { visibility: fact.visibility ?? null, withdrawnAt: fact.withdrawnAt ?? null })
}

const fields = (values: (string | number | null)[]) => values.map((value) => value ?? '').join('\t')

/** Whether the source told when the statement was observed; else the time in the line is when it was written down. */
export function isTold (line: string): boolean {
  const [id, ...fields] = line.split('\t', UNMARKED)
  return id === shortHash([...fields.slice(0, 6), ...fields.slice(7)].join('\t')) // its identity, of which the import is no part
}

const UNMARKED = 13 // fields that every line has

/** The same piece of evidence, seen by others or not, withdrawn or not. */
export function marked (line: string, { visibility, withdrawnAt }: Pick<Evidence, 'visibility' | 'withdrawnAt'>): string {
  const said = line.split('\t', UNMARKED)
  return (visibility === null && withdrawnAt === null ? said : [...said, visibility ?? '', withdrawnAt ?? '']).join('\t')
}

/** Same length, so that offsets keep their meaning. */
const oneLine = (text: string) => text.replace(/[\t\r\n]/g, ' ')

export function parseEvidence (line: string): Evidence {
  const [, polarity, modality, confidence, source, start, end, importId, validFrom, validTo, observedAt, properties, sentence, visibility, withdrawnAt] =
    line.split('\t')
  return {
    polarity: polarity as Polarity,
    modality: modality as Modality,
    confidence: Number(confidence),
    source: source!,
    start: start === '' ? null : Number(start),
    end: end === '' ? null : Number(end),
    importId: importId || null,
    validFrom: validFrom || null,
    validTo: validTo || null,
    observedAt: observedAt!,
    properties: properties ? JSON.parse(properties) : {},
    sentence: sentence!,
    visibility: (visibility || null) as Evidence['visibility'],
    withdrawnAt: withdrawnAt || null
  }
}

/** Whose words a document is: `member:ada/goals` is of `member:ada`. */
export const authorOf = (source: string) => source.slice(0, Math.max(0, source.lastIndexOf('/')))

export const evidenceId = (line: string) => line.slice(0, line.indexOf('\t'))

/** The union of two sorted lists of evidence; of two lines with one identity the first list's stays. */
export function mergeEvidence (held: string[], arriving: string[]): string[] {
  const ids = new Set(held.map(evidenceId))
  const fresh = arriving.filter((line) => !ids.has(evidenceId(line)) && ids.add(evidenceId(line)))
  return fresh.length === 0 ? held : [...held, ...fresh].sort()
}

/** A wish counts less than a fact, a possibility less than a wish. */
const MODALITY_WEIGHT: Record<Modality, number> = { certain: 1, desired: 0.6, possible: 0.3 }
/** Relations that speak against their object. */
const AGAINST = new Set<Relation>(['AVOIDS', 'BLOCKS'])

const MODALITIES: Modality[] = ['certain', 'desired', 'possible'] // the surest first
const NONE = Object.fromEntries(Object.keys(FactProperties.properties).map((name) => [name, null])) as Record<keyof FactProperties, null>

/**
 * Independent sources of one statement strengthen it by noisy-or (Pearl 1988): 1 − Π(1 − confidence). The surest modality that any source
 * states decides; within it the stronger polarity wins, a tie counts as denied; what speaks against it lowers the confidence.
 */
export function resolve (lines: string[], relation: Relation): Resolved {
  const evidence = standing(lines.map(parseEvidence))
  const support = (modality: Modality, polarity: Polarity) =>
    noisyOr(evidence.filter((one) => one.modality === modality && one.polarity === polarity).map((one) => one.confidence))
  const count = (modality: Modality, polarity: Polarity) => evidence.filter((one) => one.modality === modality && one.polarity === polarity).length

  const modality = MODALITIES.find((candidate) => evidence.some((one) => one.modality === candidate))!
  // Counted too: a confidence that is lost in rounding supports nothing, and yet somebody said it.
  const polarity = count(modality, '-') === 0 || support(modality, '+') > support(modality, '-') ? '+' : '-'
  const supporting = evidence.filter((one) => one.modality === modality && one.polarity === polarity)
  const confidence = support(modality, polarity) * (1 - support(modality, polarity === '+' ? '-' : '+'))
  const oldestFirst = supporting.toSorted((a, b) => a.observedAt < b.observedAt ? -1 : a.observedAt > b.observedAt ? 1 : 0)

  return {
    ...NONE,
    ...Object.assign({}, ...oldestFirst.map((one) => one.properties)) as FactProperties,
    polarity,
    modality,
    confidence,
    weight: confidence * MODALITY_WEIGHT[modality] * ((polarity === '+') === AGAINST.has(relation) ? -1 : 1),
    certainPositive: count('certain', '+'),
    certainNegative: count('certain', '-'),
    possiblePositive: count('possible', '+'),
    possibleNegative: count('possible', '-'),
    desiredPositive: count('desired', '+'),
    desiredNegative: count('desired', '-'),
    validFrom: supporting.some((one) => one.validFrom === null) ? null : least(supporting.map((one) => one.validFrom!)),
    validTo: supporting.some((one) => endOf(one) === null) ? null : greatest(supporting.map((one) => endOf(one)!)),
    observedAt: greatest(evidence.map((one) => one.observedAt)),
    visibleTo: evidence[0]!.visibility === null ? null : [...new Set(evidence.map(({ source }) => authorOf(source)))].sort()
  }
}

const COUNTS = new Set(['certainPositive', 'certainNegative', 'possiblePositive', 'possibleNegative', 'desiredPositive', 'desiredNegative'])

/** What evidence comes to, as it is stored: nothing where nobody speaks so. */
export const stored = (evidence: string[], relation: Relation): object =>
  Object.fromEntries(Object.entries(resolve(evidence, relation)).map(([name, value]) => [name, value === 0 && COUNTS.has(name) ? null : value]))

/**
 * What counts: what is still said, else what was said last; of that what everyone may know, else what its authors keep to themselves.
 * So nothing that is private moves a value that others see.
 */
function standing (evidence: Evidence[]): Evidence[] {
  const said = someOrAll(evidence, ({ withdrawnAt }) => withdrawnAt === null)
  return someOrAll(said, ({ visibility }) => visibility === null)
}
const someOrAll = (evidence: Evidence[], holds: (one: Evidence) => boolean) => evidence.some(holds) ? evidence.filter(holds) : evidence

/** A withdrawn statement ends on the day it was withdrawn, if not before. */
const endOf = ({ validTo, withdrawnAt }: Evidence) => validTo !== null && withdrawnAt !== null ? least([validTo, withdrawnAt]) : validTo ?? withdrawnAt

const noisyOr = (confidences: number[]) => 1 - confidences.reduce((doubt, confidence) => doubt * (1 - confidence), 1)
const least = (texts: string[]) => texts.reduce((a, b) => a < b ? a : b)
const greatest = (texts: string[]) => texts.reduce((a, b) => a > b ? a : b)
