import type { DocumentNode, GraphQLOutputType, GraphQLSchema } from 'graphql'
import type { ComplexityEstimator } from 'graphql-query-complexity'
import { EngineError } from '../engine/errors.js'
import { getComplexity, isListType, isNonNullType } from './language.js'

/** What one request may cost: about ten recommendations, or twenty items of three lists in one another. */
const COST_MAX = 10_000
/** Asked of the root, a question costs a way to a store at least, and some cost much more. */
const ROOT = 100
const HEAVY = 1_000
const IS_HEAVY = new Set(['affinityRecommendations', 'recommendations', 'marketIntelligence', 'analytics', 'insights'])
/** A list that is not limited is taken for so long. */
const LENGTH = 20
const LENGTH_MAX = 100

const estimator: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  const own = ['Query', 'Mutation', 'Subscription'].includes(type.name) ? rootCost(field.name) : 1
  const length = isList(field.type) || field.name.endsWith('Connection') ? Math.min(Number(args.limit ?? args.first ?? (args.filter as { limit?: number } | undefined)?.limit ?? LENGTH), LENGTH_MAX) : 1
  return own + Math.max(length, 1) * childComplexity
}

const rootCost = (name: string) => name.startsWith('__') ? 1 : IS_HEAVY.has(name) ? HEAVY : ROOT
const isList = (type: GraphQLOutputType): boolean => isNonNullType(type) ? isList(type.ofType) : isListType(type)

/** Refuses what would cost too much, before anything of it runs. */
export function checkCost (schema: GraphQLSchema, query: DocumentNode, variables: Record<string, unknown> = {}): void {
  const cost = getComplexity({ schema, query, variables, estimators: [estimator] })
  if (cost <= COST_MAX) return
  throw new EngineError('invalid_argument', `This asks for too much at once (${cost} of ${COST_MAX}); set limits, nest fewer lists, or ask in several requests.`)
}
