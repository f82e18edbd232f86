import type { Parse } from '../parse/parse.js'
import { nounTuples } from './nouns.js'
import { BE, childOf, childrenOf, isNounTag, isRelative, isVerbTag, range, trimmed, under, type Part } from './tree.js'

export const KINDS = [
  'verb', 'chain', 'noun', 'adjective', 'place', 'apposition', 'possessive', 'phrase', 'title', 'saying', 'front', 'gap', 'shallow'
] as const
export type Kind = typeof KINDS[number]
export const SUBJECTS = ['subject', 'passive', 'clause', 'shared', 'relative', 'participle', 'control', 'adverbial', 'other'] as const
export type SubjectKind = typeof SUBJECTS[number]
/** How much belongs to a part: its head's own phrase, everything under it, everything up to the end of the clause, and what stands before the clause too. */
export const EXTENTS = ['near', 'full', 'rest', 'all', 'brief'] as const
export type Extent = typeof EXTENTS[number]

export interface Candidate {
  kind: Kind
  /** The word that the tuple is about: the main verb, the predicate noun, the apposition. */
  head: number
  subjectKind: SubjectKind
  subjectExtent: Extent
  extent: Extent
  /** The head of the object, and its place among the complements. */
  object: number
  place: number
  predicate: Part
  arg1: Part
  arg2: Part
}

export interface Subject { kind: SubjectKind, extent: Extent, words: Part }

const of = ({ kind, extent, words }: Subject): Pick<Candidate, 'subjectKind' | 'subjectExtent' | 'arg1'> => ({ subjectKind: kind, subjectExtent: extent, arg1: words })

/** What may be said in a sentence, in several lengths each; a learned confidence decides between them. */
export function candidates (tree: Parse): Candidate[] {
  const found: Candidate[] = []
  for (let head = 0; head < tree.tags.length; head++) {
    if (childOf(tree, head, 'cop') >= 0) found.push(...copular(tree, head))
    else if (isVerbTag(tree.tags[head]!) && !NO_CLAUSE.has(tree.labels[head]!)) found.push(...verbal(tree, head))
    found.push(...nounTuples(tree, head))
  }
  return found
}

const NO_CLAUSE = new Set(['aux', 'aux:pass', 'cop', 'amod', 'case', 'compound', 'mark', 'fixed', 'det', 'advmod'])
const CLAUSAL = new Set(['acl:relcl', 'acl', 'advcl', 'parataxis', 'appos', 'list', 'discourse', 'nmod:desc'])
const LATER = new Set(['acl:relcl', 'parataxis', 'appos', 'list'])

// ——— subjects ———

/** What joins a phrase to its sentence and is no part of it. */
const OUTER = new Set(['case', 'mark', 'cop', 'cc', 'nsubj', 'aux'])

/** The phrase in one or two lengths: with all that hangs on it, and without its clauses and appositions. */
export function phrases (tree: Parse, head: number, kind: SubjectKind, before = tree.words.length): Subject[] {
  const outer = tree.children[head]!.filter((at) => at < head && OUTER.has(tree.labels[at]!))
  const first = Math.max(-1, ...outer)
  const cut = (words: Part): number[] => trimmed(tree, words.filter((at) => at < before && at > first))
  const full = cut(under(tree, head))
  const near = cut(under(tree, head, (child) => LATER.has(tree.labels[child]!)))
  const found: Subject[] = [{ kind, extent: 'full', words: full }]
  if (near.length < full.length && near.length > 0) found.push({ kind, extent: 'near', words: near })
  return found.filter(({ words }) => words.length > 0)
}

/** Whom a verb says something of; climbs to the clause that shares its subject. */
export function subjects (tree: Parse, verb: number, depth = 0): Subject[] {
  const own = childrenOf(tree, verb, 'nsubj', 'nsubj:pass', 'csubj', 'expl')
  const head = own.findLast((at) => at < verb) ?? own[0]
  const up = tree.heads[verb]!
  if (head === undefined) return up < 0 || depth > 6 ? [] : (SHARED[tree.labels[verb]!] ?? none)(tree, verb, up, depth)
  if (isRelative(tree.tags[head]!)) return antecedent(tree, verb)
  return phrases(tree, head, OWN[tree.labels[head]!] ?? 'subject', head < verb ? verb : undefined)
}

const none = (): Subject[] => []

const OWN: Record<string, SubjectKind> = { 'nsubj:pass': 'passive', csubj: 'clause' }

const climb = (tree: Parse, up: number, depth: number, kind: SubjectKind): Subject[] =>
  subjects(tree, up, depth + 1).map((one) => ({ ...one, kind: one.kind === 'relative' ? 'relative' : kind }))

const SHARED: Record<string, (tree: Parse, verb: number, up: number, depth: number) => Subject[]> = {
  conj: (tree, _, up, depth) => climb(tree, up, depth, 'shared'),
  xcomp: (tree, verb, up, depth) => {
    const object = childrenOf(tree, up, 'obj', 'iobj').find((at) => at < verb)
    return object === undefined ? climb(tree, up, depth, 'control') : phrases(tree, object, 'control', verb)
  },
  acl: (tree, verb, up) => tree.tags[verb] === 'VB' ? [] : antecedentOf(tree, verb, up, 'participle'),
  'acl:relcl': (tree, verb) => antecedent(tree, verb),
  advcl: (tree, _, up, depth) => climb(tree, up, depth, 'adverbial'),
  ccomp: (tree, _, up, depth) => climb(tree, up, depth, 'other')
}

/** The noun that a relative clause belongs to. */
function antecedent (tree: Parse, verb: number): Subject[] {
  let clause = verb
  while (tree.labels[clause] === 'conj' && tree.heads[clause]! >= 0) clause = tree.heads[clause]!
  const up = tree.heads[clause]!
  return up < 0 ? [] : antecedentOf(tree, clause, up, 'relative')
}

function antecedentOf (tree: Parse, clause: number, noun: number, kind: SubjectKind): Subject[] {
  return phrases(tree, noun, kind, Math.min(tree.low[clause]!, ...childrenOf(tree, clause, 'nsubj', 'obj', 'obl').filter((at) => at > noun)))
}

// ——— predicates ———

const BEFORE_VERB = new Set(['aux', 'aux:pass', 'advmod', 'cop'])

/** The verb with its auxiliaries, negation, particle and the adverbs between them. */
export function core (tree: Parse, verb: number): number[] {
  const first = Math.min(...childrenOf(tree, verb, 'aux', 'aux:pass', 'cop').filter((at) => at < verb), verb)
  const found = range(first, verb + 1).filter((at) => at === verb || (tree.heads[at] === verb && BEFORE_VERB.has(tree.labels[at]!)))
  for (const child of tree.children[verb]!) if (tree.labels[child] === 'compound:prt' || (child > verb && tree.words[child] === "n't")) found.push(child)
  const lone = childrenOf(tree, verb, 'advmod').filter((at) => at === first - 1 && /^(?:RB)$/.test(tree.tags[at]!))
  return [...lone, ...inherited(tree, verb, first), ...found].sort((a, b) => a - b)
}

/** "was built and sold": the second shares the auxiliaries of the first; "a house built in 1900" is one that was built. */
function inherited (tree: Parse, verb: number, first: number): number[] {
  const [tag, label, up] = [tree.tags[verb]!, tree.labels[verb]!, tree.heads[verb]!]
  if (first < verb) return []
  if (label === 'acl' && (tag === 'VBN' || tag === 'VBG' || tag === 'VBD')) return [BE]
  if (label !== 'conj' || up < 0 || !/^VB[NG]?$/.test(tag)) return []
  return tree.tags[up] === tag ? childrenOf(tree, up, 'aux', 'aux:pass').filter((at) => at < up) : []
}

// ——— complements ———

const COMPLEMENTS = new Set(['obj', 'iobj', 'obl', 'obl:unmarked', 'obl:agent', 'advcl', 'ccomp', 'xcomp', 'advmod', 'nmod', 'nmod:unmarked', 'acl'])
const FRONT = new Set(['obl', 'obl:unmarked', 'advmod', 'advcl', 'nmod:unmarked'])

interface Complement { head: number, label: string, /** its preposition or joining word */ link: number[], words: Part, near: Part }

function complement (tree: Parse, head: number): Complement {
  const low = tree.low[head]!
  const linking = childrenOf(tree, head, 'case', 'mark').filter((at) => at < head)
  const last = linking.at(-1)
  const link = last === undefined ? [] : range(low, last + 1).filter((at) => tree.words[at] !== ',' && tree.tags[at] !== 'CC')
  const after = (words: Part): number[] => trimmed(tree, last === undefined ? words : words.filter((at) => at > last))
  const near = after(under(tree, head, (child) => child > head && CLAUSAL.has(tree.labels[child]!)))
  return { head, label: tree.labels[head]!, link: link.slice(-4), words: after(under(tree, head)), near }
}

/** What follows the verbs, left to right, up to the next coordinate clause. */
function complements (tree: Parse, verbs: readonly number[], from: number): Complement[] {
  return verbs.flatMap((verb) => tree.children[verb]!)
    .filter((at) => at >= from && COMPLEMENTS.has(tree.labels[at]!) && !verbs.includes(at) && !(tree.labels[at] === 'advmod' && isRelative(tree.tags[at]!)))
    .sort((a, b) => a - b).map((at) => complement(tree, at))
}

// ——— clauses ———

function verbal (tree: Parse, verb: number): Candidate[] {
  const subs = subjects(tree, verb)
  const own = core(tree, verb)
  const found = subs.length === 0 ? [] : clause(tree, 'verb', verb, [verb], own, subs)
  const next = childOf(tree, verb, 'xcomp')
  if (subs.length > 0 && next > verb && isVerbTag(tree.tags[next]!) && childOf(tree, verb, 'obj', 'iobj') < 0) found.push(...chain(tree, verb, next, own, subs))
  return [...found, ...saying(tree, verb, own, subs), ...gap(tree, verb, own, subs)]
}

/** "agreed to sell": one predicate of several verbs. */
function chain (tree: Parse, verb: number, next: number, own: Part, subs: readonly Subject[]): Candidate[] {
  const verbs = [verb, next]
  const third = childOf(tree, next, 'xcomp')
  if (third > next && isVerbTag(tree.tags[third]!) && childOf(tree, next, 'obj', 'iobj') < 0) verbs.push(third)
  const last = verbs.at(-1)!
  const predicate = [...own.filter((at) => at < verb), ...range(verb, last), ...core(tree, last).filter((at) => at >= last)]
  return clause(tree, 'chain', last, verbs, predicate, subs)
}

function clause (tree: Parse, kind: Kind, head: number, verbs: readonly number[], predicate: Part, subs: readonly Subject[]): Candidate[] {
  const found: Candidate[] = []
  const end = Math.max(...predicate) + 1
  const after = complements(tree, verbs, end)
  const first = predicate.find((at) => at >= 0)!
  const front = verbs.flatMap((verb) => tree.children[verb]!).filter((at) => at < first && FRONT.has(tree.labels[at]!) && !isRelative(tree.tags[at]!))
    .map((at) => complement(tree, at))
  const stop = endOf(tree, verbs)
  for (const subject of subs) {
    const make: Make = (part) => {
      if (part.arg2.length > 0) found.push({ kind, head, ...of(subject), ...part })
    }
    after.slice(0, 5).forEach((one, place) => { objects(tree, { one, place, predicate, after, front, stop }, make) })
    for (const { link, head: object, words } of front.slice(0, 2)) {
      if (link.length > 0) make({ kind: 'front', object, place: 7, extent: 'full', predicate: [...predicate, ...link], arg2: words })
    }
  }
  return found
}

type Make = (part: Pick<Candidate, 'object' | 'place' | 'extent' | 'predicate' | 'arg2'> & { kind?: Kind }) => void
interface Setting { one: Complement, place: number, predicate: Part, after: readonly Complement[], front: readonly Complement[], stop: number }

/** Where what a verb says ends: before its partner or an aside. */
const endOf = (tree: Parse, verbs: readonly number[]): number =>
  Math.min(tree.words.length, ...verbs.flatMap((verb) => childrenOf(tree, verb, 'conj', 'parataxis').filter((at) => at > verb).map((at) => tree.low[at]!)))

function objects (tree: Parse, { one, place, predicate, after, front, stop }: Setting, make: Make): void {
  const named = [...predicate, ...one.link]
  const base = { object: one.head, place }
  if (one.near.length > 0) make({ ...base, extent: 'near', predicate: named, arg2: one.near })
  if (one.words.length > one.near.length) make({ ...base, extent: 'full', predicate: named, arg2: one.words })
  if (place === 0) wider(tree, { one, predicate: named, after, front, stop }, (extent, arg2) => { make({ ...base, extent, predicate: named, arg2 }) })
  if (place === 1 && after[0]!.label === 'obj' && one.link.length > 0 && after[0]!.near.length < 6) {
    make({ ...base, place: 6, extent: 'full', predicate: [...predicate, ...after[0]!.near, ...one.link], arg2: one.words })
  }
}

/** The first complement with what follows it: all of it, all before the next clause, and with what stands before the subject. */
function wider (tree: Parse, { one, after, front, stop }: Omit<Setting, 'place'>, make: (extent: Extent, arg2: number[]) => void): void {
  const from = one.link.at(-1) ?? -1
  const rest = trimmed(tree, after.flatMap(({ head }) => under(tree, head)).filter((at) => at < stop && at > from).sort((a, b) => a - b))
  if (rest.length > one.words.length) make('rest', rest)
  const clause = after.findIndex(({ label }) => label === 'advcl')
  if (clause > 0) make('brief', trimmed(tree, rest.filter((at) => at < tree.low[after[clause]!.head]!)))
  const before = front.filter(({ label, words }) => label !== 'advcl' && words.length < 10)
  if (before.length > 0) make('all', [...rest, ...before.flatMap(({ head }) => trimmed(tree, under(tree, head)))])
}

/** "…", said Ana: what is said stands first, or around. */
function saying (tree: Parse, verb: number, own: Part, subs: readonly Subject[]): Candidate[] {
  const up = tree.heads[verb]!
  const said = tree.children[verb]!.find((at) => at < verb && (tree.labels[at] === 'ccomp' || tree.labels[at] === 'parataxis'))
  const around = tree.labels[verb] === 'parataxis' && up >= 0 && childOf(tree, verb, 'obj', 'ccomp') < 0
  const arg2 = trimmed(tree, said !== undefined ? under(tree, said) : around ? under(tree, up, (child) => child === verb) : [])
  if (arg2.length === 0) return []
  return subs.map((subject) => ({ kind: 'saying', head: verb, ...of(subject), extent: 'full', object: said ?? up, place: 0, predicate: own, arg2 }))
}

/** "the prize that she won", "the town in which he lived": the noun before is what the verb lacks. */
function gap (tree: Parse, verb: number, own: Part, subs: readonly Subject[]): Candidate[] {
  const noun = tree.heads[verb]!
  if (tree.labels[verb] !== 'acl:relcl' || noun < 0 || subs.length === 0 || subs[0]!.kind === 'relative') return []
  const relative = tree.children[verb]!.find((at) => at < verb && isRelative(tree.tags[at]!))
  const link = relative === undefined ? [] : childrenOf(tree, relative, 'case')
  const stranded = tree.children[verb]!.filter((at) => at > verb && tree.tags[at] === 'IN' && tree.children[at]!.length === 0)
  const label = relative === undefined ? 'obj' : tree.labels[relative]!
  if (label === 'advmod' || (label === 'obj' && childOf(tree, verb, 'obj') > verb)) return []
  const objects = antecedentOf(tree, verb, noun, 'relative')
  const predicate = [...own, ...link, ...stranded]
  return subs.flatMap((subject) => objects.map(({ words, extent }) =>
    ({ kind: 'gap' as const, head: verb, ...of(subject), extent, object: noun, place: 0, predicate, arg2: words })))
}

/** "is a footballer", "is known for", "is in Leeds". */
function copular (tree: Parse, head: number): Candidate[] {
  const subs = subjects(tree, head)
  if (subs.length === 0) return []
  const last = childrenOf(tree, head, 'cop', 'aux').findLast((at) => at < head) ?? childOf(tree, head, 'cop')
  const be = beOf(tree, head, last)
  const link = childrenOf(tree, head, 'case').filter((at) => at > last && at < head)
  const body = bodyOf(tree, head, last, be, false)
  const parts = link.length > 0
    ? [{ kind: 'place' as const, extent: 'full' as const, object: head, place: 0, predicate: [...be, ...link], arg2: afterLink(tree, body, link) }]
    : described(tree, head, last, be, body)
  return subs.flatMap((subject) => parts.filter(({ arg2 }) => arg2.length > 0)
    .map((part) => ({ head, ...of(subject), ...part })))
}

const afterLink = (tree: Parse, words: Part, link: Part): number[] => trimmed(tree, words.filter((at) => at > link.at(-1)!))

/** The copula with its auxiliaries and negation; with the verbs before it in "continues to be". */
function beOf (tree: Parse, head: number, last: number): number[] {
  const verbs = childrenOf(tree, head, 'aux', 'cop')
  const first = childOf(tree, head, 'cop')
  const adverbs = childrenOf(tree, head, 'advmod').filter((at) => NEGATION.has(tree.words[at]!) || (at < last && at > Math.min(...verbs)))
  const be = [...verbs, ...adverbs].sort((a, b) => a - b)
  const up = tree.heads[head]!
  if (tree.labels[head] !== 'xcomp' || up < 0 || up >= first || childOf(tree, up, 'obj') >= 0) return be
  return [...core(tree, up), ...range(up + 1, first).filter((at) => !be.includes(at)), ...be]
}

const NEGATION = new Set(["n't", 'not', 'never'])
const BESIDE = new Set(['nsubj', 'nsubj:pass', 'csubj', 'csubj:pass', 'parataxis', 'cc', 'expl', 'mark'])

/** What is said to be; `short` without its clauses and asides. */
function bodyOf (tree: Parse, head: number, last: number, be: Part, short: boolean): number[] {
  const words = under(tree, head, (child) => {
    const label = tree.labels[child]!
    if (short && child > head && CLAUSAL.has(label)) return true
    if (tree.heads[child] !== head) return false
    return be.includes(child) || BESIDE.has(label) || (label === 'conj' && clauseLike(tree, child)) || (label === 'punct' && child < last)
  })
  return trimmed(tree, words.filter((at) => at > last))
}

function described (tree: Parse, head: number, last: number, be: Part, body: Part) {
  const noun = isNounTag(tree.tags[head]!)
  const kind: Kind = noun ? 'noun' : 'adjective'
  const near = bodyOf(tree, head, last, be, true)
  const own = trimmed(tree, body.filter((at) => at <= head))
  const linked = complements(tree, [head], head + 1).slice(0, 3).map((one, i) => ({ ...one, place: i + 1 }))
    .filter(({ link, label }) => link.length > 0 && (!noun || label === 'nmod'))
  return [
    { kind, extent: 'full' as Extent, object: head, place: 0, predicate: be, arg2: body },
    ...near.length < body.length ? [{ kind, extent: 'near' as Extent, object: head, place: 0, predicate: be, arg2: near }] : [],
    ...linked.map(({ head: object, place, link, words }) =>
      ({ kind, extent: 'rest' as Extent, object, place, predicate: [...be, ...own, ...link].sort((a, b) => a - b), arg2: words }))
  ]
}

const clauseLike = (tree: Parse, at: number): boolean => isVerbTag(tree.tags[at]!) || childOf(tree, at, 'nsubj', 'cop') >= 0
