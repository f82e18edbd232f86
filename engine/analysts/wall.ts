import { LABELS, RELATIONS } from '../../models/vocabulary.js'
import type { Plan } from '../graph/graph.js'

/**
 * Looks at the plan that Neo4j makes of a query, whoever wrote it, and names what must not be run. It knows what is harmless; all else is
 * refused. Each node that is looked up must be held to the tenant and to what everyone may know before its row goes anywhere, each
 * relationship that is followed must be a fact that everyone may know. That is enough, since no relationship leads out of a tenant or to
 * what is no entity, and a node that is someone's secret has no public fact (test/hostile.test.ts).
 */
export function refusalsOf (plan: Plan): string[] {
  return [...new Set(visit(plan, []))]
}

const LOOKUPS = /^(?:AllNodesScan|(?:Union|Intersection|Subtraction)?NodeByLabels?Scan|(?:Union|Intersection|Subtraction)NodeByLabelsScan|Node(?:Unique)?Index(?:Seek|SeekByRange|Scan|ContainsScan|EndsWithScan)|NodeByElementIdSeek)$/
const SCANS = /^(?:Und|D)irected(?:All|Union)?Relationships?(?:Types?)?Scan$/
const STEPS = /^(?:Optional)?Expand\((?:All|Into)\)$/
const WALKS = /^(?:VarLengthExpand\((?:All|Into|Pruning|Pruning,BFS)\)|PruningVarLengthExpand|StatefulShortestPath\((?:All|Into)\))$/
/** What passes on the rows of its first child, or takes some away: a guard above it is as good as one below. */
const PASSING = /^(?:Filter|(?:Optional)?Expand\((?:All|Into)\)|VarLengthExpand\(.*\)|StatefulShortestPath\(.*\)|CartesianProduct|Apply|(?:Anti)?SemiApply|(?:Let)?(?:Anti)?(?:Select(?:Or)?)?(?:Anti)?SemiApply|RollUpApply|NodeHashJoin|ValueHashJoin|Sort|PartialSort|CacheProperties|Eager|OrderedUnion|OrderedDistinct)$/
/** What only has to do with rows that are there. */
const REST = /^(?:ProduceResults|Projection|(?:Ordered|Eager)?Aggregation|Distinct|Limit|ExhaustiveLimit|Skip|(?:Partial)?Top|Unwind|Argument|EmptyRow|EmptyResult|Optional|Union|Repeat\(Trail\)|Left(?:Outer)HashJoin|Node(?:Left|Right)OuterHashJoin|AssertSameNode|Input|ConditionalApply|AntiConditionalApply|NullifyMetadata|ArgumentTracker)$/

function visit (plan: Plan, above: Plan[]): string[] {
  const [type, details] = [typeOf(plan), detailsOf(plan)]
  const own = [
    ...LOOKUPS.test(type) ? unguardedNode(details, above) : [],
    ...SCANS.test(type) || STEPS.test(type) ? unguardedFact(details, above) : [],
    ...SCANS.test(type) ? [...details.matchAll(/\((\w+)\)/g)].flatMap(([, name]) => unguarded(name!, '', above)) : [],
    ...WALKS.test(type) ? unguardedWalk(details, above) : []
  ]
  return [...own, ...unknown(type, details), ...plan.children.flatMap((child, place) => visit(child, guardsAbove(plan, place, above)))]
}

/** What is not known to be harmless in an operator itself. */
function unknown (type: string, details: string): string[] {
  const named = [LOOKUPS, SCANS, STEPS, WALKS, /^Filter$/].some((one) => one.test(type))
  return [
    ...named || PASSING.test(type) || REST.test(type) ? [] : [`${type} may not be run; ask with MATCH, WHERE, WITH, UNWIND and RETURN`],
    ...PLUGIN.test(details) ? ['functions of plug-ins and of the store are not for queries by hand'] : [],
    ...INSIDE.test(details) ? ['a pattern inside CASE, any(…) or the like is not looked through; ask it before, in a WITH'] : [],
    ...named && details.includes('`') ? ['a name with other signs than letters, digits and _ is not looked through; name it otherwise'] : []
  ]
}

const typeOf = ({ operatorType }: Plan) => operatorType.replace(/@.*/, '')
const detailsOf = ({ arguments: { Details = '' } }: Plan) => String(Details).replaceAll(/`([\w.]+)`/g, '$1').replaceAll(/cache\w*\[([\w.]+)\]/g, '$1')
const PLUGIN = /\b(?:apoc|db|dbms|gds|genai|graph)(?:\.\w+)+\(|\b(?:file|linenumber)\(\)/i
const INSIDE = /\bgetDegree\(|\b(?:COUNT|COLLECT|EXISTS)\s*\{|nestedPlan/i

/** The operators whose conditions a row of a child meets before it is used: up to the first that does more than pass it on. */
function guardsAbove (plan: Plan, place: number, above: Plan[]): Plan[] {
  const type = typeOf(plan)
  if (!PASSING.test(type)) return []
  return place === 0 || /^(?:CartesianProduct|Apply|NodeHashJoin|ValueHashJoin|OrderedUnion)$/.test(type) ? [plan, ...above] : []
}

function unguardedNode (details: string, above: Plan[]): string[] {
  const [, name = '', labels = ''] = /^(?:(?:UNIQUE|RANGE INDEX|TEXT INDEX|POINT INDEX) )?(\w+)(?::([\w|&!]+))?/.exec(details) ?? []
  const sought = / WHERE (.*)$/.exec(details)?.[1] ?? ''
  const asked = conjuncts(sought).map((condition) => `${name}.${condition}`).join(' AND ')
  return unguarded(name, `${asked}${domain(labels) ? `${asked && ' AND '}${name}:Entity` : ''}`, above)
}
/** Whether labels such as `Member|Brand`, `Entity&!Member` are of entities. */
const domain = (labels: string) => labels.split('|').every((either) => either.split('&').some((label) => DOMAIN.has(label)))
const DOMAIN = new Set<string>(['Entity', ...LABELS])

function unguarded (name: string, own: string, above: Plan[]): string[] {
  const met = conditions(own, above)
  const missing = [`${name}.tenantId = $tenantId`, `${name}.visibleTo IS NULL`].filter((condition) => !met.has(condition))
  if (![...DOMAIN].some((label) => met.has(`${name}:${label}`))) missing.push(`${name}:Entity`)
  return missing.map((condition) => `a node is looked up without "${condition}"`)
}

function unguardedFact (details: string, above: Plan[]): string[] {
  const [, name = '', types = ''] = /\[(\w+)(?::([\w|]+))?\]/.exec(details) ?? []
  const met = conditions(/ WHERE (.*)$/.exec(details)?.[1] ?? '', above)
  return factProblems(met, name, types)
}

function factProblems (met: Set<string>, name: string, types: string): string[] {
  const fact = met.has(`${name}.factId IS NOT NULL`) || met.has(`not ${name}:GAVE_FEEDBACK`) || (types !== '' && types.split('|').every((type) => FACTS.has(type)))
  return [
    ...met.has(`${name}.visibleTo IS NULL`) ? [] : [`a relationship is followed without "${name}.visibleTo IS NULL"`],
    ...fact ? [] : [`a relationship is followed without "${name}.factId IS NOT NULL"`]
  ]
}
const FACTS = new Set<string>(RELATIONS)

/** A path of several steps says itself what holds of each; its far end is reached by facts, so it needs no guard. */
function unguardedWalk (details: string, above: Plan[]): string[] {
  const shortest = /^SHORTEST/.test(details)
  const [, types = ''] = /\[\w*(?::([\w|]+))?/.exec(details) ?? []
  if (!shortest) return factProblems(new Set([...details.matchAll(/all\((\w+) IN relationships\(\w+\) WHERE \1\.([^()]+)\)/g)].map(([, , condition]) => `each.${condition}`)), 'each', types)
  const name = /\[(\w+)/.exec(details)?.[1] ?? ''
  const inlined = (details.split('inlined predicates:')[1] ?? '').split('\n').map((line) => line.trim()).join(' AND ')
  return factProblems(conditions(inlined, above), name, types)
}

/** What is known to hold: of the operator itself, and of those above that every row passes. */
function conditions (own: string, above: Plan[]): Set<string> {
  return new Set([...conjuncts(own), ...above.filter((plan) => typeOf(plan) === 'Filter').flatMap((plan) => conjuncts(detailsOf(plan)))])
}

/** `a AND (b AND c)` as [a, b, c]; of `a OR b`, and of what stands deeper, nothing is known to hold. */
export function conjuncts (text: string): string[] {
  const outside = flat(text)
  if (/\b(?:OR|XOR|CASE)\b/.test(outside)) return []
  const ends = [...outside.matchAll(/ AND /g)].map(({ index }) => index)
  const parts = [-5, ...ends].map((from, place) => text.slice(from + 5, ends[place] ?? text.length).trim()).filter(Boolean)
  return parts.flatMap((part) => /^\( *\)$/.test(flat(part)) ? conjuncts(part.slice(1, -1)) : [part])
}

/** The text with blanks for what stands in brackets. */
function flat (text: string): string {
  let depth = 0
  return [...text].map((letter) => {
    if (')]}'.includes(letter)) depth--
    const shown = depth === 0 ? letter : ' '.repeat(letter.length)
    if ('([{'.includes(letter)) depth++
    return shown
  }).join('')
}
