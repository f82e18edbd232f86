import { Neo4jGraphQL } from '@neo4j/graphql'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { GraphQLSchema } from 'graphql'
import mercurius from 'mercurius'
import { Type } from 'typebox'
import type { Engine } from '../engine/engine.js'
import { EngineError } from '../engine/errors.js'
import type { MemberProfile } from '../models/accounts.js'
import type { Actor } from '../models/actor.js'
import type { Affinity } from '../models/affinity.js'
import { PartnershipFilter, PartnershipInput, StageInput } from '../models/deals.js'
import type { EventName, NumberedEvent } from '../models/events.js'
import { AssetInput } from '../models/workspaces.js'
import { actorOf, demand, seekerOf, seenBy } from './actor.js'
import { hear, type Heard } from './channels.js'
import { checkCost } from './cost.js'
import { GraphQLError, isInputObjectType, parse, validate } from './language.js'
import { failed } from './problem.js'
import { typeDefinitions } from './type-definitions.js'
import { RecommendationsRequest } from './routes/affinity.js'
import { Period } from './routes/analytics.js'
import { check } from './validate.js'

/** Who asks, for our resolvers and (as `jwt`) for the rules of `models/graph.graphql`. */
interface Context {
  engine: Engine
  actor: Actor
  jwt: { sub: string, tid: string }
  /** Over a socket: who it is now, asked before each event. */
  whoAsks?: () => Promise<Actor>
  open?: { subscriptions: number }
}
declare module 'mercurius' { interface MercuriusContext extends Context {} }

const SUBSCRIPTIONS_MAX = 50 // of one socket
const DEPTH_MAX = 10
const TOKENS_MAX = 2_000

/** GraphQL at /graphql: the graph read-only through Neo4j's own library, everything else by the functions that REST calls. */
export const graphql = fp<{ engine: Engine }>(async (app, { engine }) => {
  const schema = await schemaOf(engine)
  app.addHook('onRoute', (route) => {
    if (route.url === '/graphql') route.schema = { ...route.schema, hide: true }
  })
  await app.register(async (scope) => {
    scope.setErrorHandler(async (error, _, reply) => {
      const { statusCode, response } = formatted(app, { errors: [error] })
      return reply.status(statusCode).send(response)
    })
    await scope.register(mercurius, options(app, engine, schema))
    scope.graphql.addHook('preExecution', async (schema, document, _, variables) => { checkCost(schema, document, variables) })
    // Over a socket mercurius itself asks neither.
    scope.graphql.addHook('preSubscriptionParsing', async (schema, source) => {
      const [error] = validate(schema, parse(source, { maxTokens: TOKENS_MAX }))
      if (error !== undefined) throw error
    })
    scope.graphql.addHook('preSubscriptionExecution', async (schema, document) => { checkCost(schema, document) })
  })
}, { dependencies: ['@fastify/websocket'] })

function options (app: FastifyInstance, engine: Engine, schema: GraphQLSchema): Parameters<typeof mercurius>[1] & object {
  return {
    schema,
    jit: 1,
    queryDepth: DEPTH_MAX,
    graphiql: false,
    graphql: { parseOptions: { maxTokens: TOKENS_MAX } },
    additionalRouteOptions: { config: { permission: 'public' } }, // who asks is asked below, in the words of GraphQL
    context: (request) => contextOf(engine, whoAsks(request)),
    errorHandler: false, // its own would ask again who asks
    errorFormatter: (execution) => formatted(app, execution),
    subscription: {
      onConnect: async ({ payload }: { payload?: Record<string, unknown> }) => await connected(app, engine, payload ?? {}),
      context: (_, request) => ({ request })
    }
  } as Parameters<typeof mercurius>[1] & object
}

function whoAsks (request: FastifyRequest): Actor {
  if (request.refusal !== null) throw request.refusal
  return actorOf(request)
}

function contextOf (engine: Engine, actor: Actor): Context {
  demand(actor, 'graph:read')
  return { engine, actor, jwt: { sub: actor.memberId, tid: actor.tenantId } }
}

/** Who opens a socket says so in `connection_init`: `{authorization: 'Bearer …'}`. */
async function connected (app: FastifyInstance, engine: Engine, payload: Record<string, unknown>): Promise<Context | false> {
  const [, token] = /^Bearer ([\w.-]+)$/i.exec(String(payload.authorization ?? payload.Authorization ?? '')) ?? []
  if (token === undefined) return false
  try {
    return { ...contextOf(engine, await app.authenticate(token)), whoAsks: () => app.authenticate(token), open: { subscriptions: 0 } }
  } catch (error) {
    if (error instanceof EngineError) return false
    throw error
  }
}

const schemas = new WeakMap<object, Promise<GraphQLSchema>>()

/** One schema per driver, however many apps there are. */
function schemaOf ({ graph: { driver } }: Engine): Promise<GraphQLSchema> {
  const held = schemas.get(driver) ?? makeSchema(driver)
  schemas.set(driver, held)
  return held
}

async function makeSchema (driver: Engine['graph']['driver']): Promise<GraphQLSchema> {
  const schema = await new Neo4jGraphQL({ driver, typeDefs: typeDefinitions(), resolvers: resolvers as never, features: { excludeDeprecatedFields: EXCLUDED, authorization: { key: 'unused: who asks is known already' } } }).getSchema()
  // The rules need these among the filters, those who ask do not.
  for (const type of Object.values(schema.getTypeMap())) if (isInputObjectType(type)) for (const field of ['tenantId', 'visibleTo']) delete type.getFields()[field]
  boundContents(schema)
  return schema
}

/** The library passes on whatever numbers it gets. */
function boundContents (schema: GraphQLSchema): void {
  const { contents } = schema.getQueryType()!.getFields()
  const { resolve } = contents!
  contents!.resolve = (root, args, context, info) => {
    check(ContentsRequest, given(args), 'The request')
    return resolve!(root, { filter: null, ...args }, context, info)
  }
}

const Word = Type.String({ minLength: 1, maxLength: 100 })
const ContentsRequest = Type.Object({
  filter: Type.Optional(Type.Object({ type: Type.Optional(Word), genre: Type.Optional(Word) })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 }))
})

const EXCLUDED = {
  mutationOperations: true,
  aggregationFilters: true,
  aggregationFiltersOutsideConnection: true,
  relationshipFilters: true,
  attributeFilters: true,
  connectionFilters: true
}

type Args<T> = (root: unknown, args: T, context: Context) => unknown
interface Recommend { memberId?: string, limit?: number | null, kind?: string | null }

const recommended: Args<Recommend> = async (_, args, { engine, actor }) => {
  const { memberId, ...request } = check(RecommendationsRequest, given(args), 'The request')
  return (await engine.recommendations(actor.tenantId, { ...request, evidence: true, memberId: seekerOf(actor, memberId)! }, seenBy(actor))).data
}

const notBuilt = (what: string) => () => { throw new EngineError('failed_precondition', `${what} is not built yet.`) }

async function analyticsOf (engine: Engine, actor: Actor, request: Parameters<Engine['deals']['analytics']>[2]) {
  const { data: figures, meta } = await engine.deals.analytics(actor, 'dashboard', request)
  return { ...meta, figures }
}

interface During { period?: object | null }
const periodOf = ({ period }: During) => check(Period, given(period ?? {}), 'The period')

const query: Record<string, Args<never>> = {
  me: async (_, __, { engine: { accounts: { members } }, actor }) => {
    const [profile, brandStrategy] = await Promise.all([members.get(actor, actor.memberId), members.strategy(actor)])
    return { id: actor.memberId, email: actor.email, subscriptionTier: actor.tier, profile, brandStrategy }
  },
  analytics: ((_, args, { engine, actor }) => analyticsOf(engine, actor, periodOf(args))) satisfies Args<During>,
  insights: ((_, args, { engine, actor }) => engine.deals.insights(actor, periodOf(args))) satisfies Args<During>,
  affinityRecommendations: recommended,
  recommendations: recommended,
  partnerships: (async (_, { filter }, { engine, actor }) =>
    (await engine.deals.list(actor, check(PartnershipFilter, given(filter ?? {}), 'The filter'))).data) satisfies Args<{ filter?: object | null }>,
  marketIntelligence: ((_, { industry }, { engine, actor }) => {
    demand(actor, 'trend:read')
    return engine.marketIntelligence(actor.tenantId, industry ?? null, { viewerId: actor.memberId })
  }) satisfies Args<{ industry?: string | null }>
}

const mutation: Record<string, Args<never>> = {
  createPartnership: ((_, { input }, { engine, actor }) => {
    demand(actor, 'partnership:create')
    return engine.deals.create(actor, check(PartnershipInput, given(input), 'The input'))
  }) satisfies Args<{ input: object }>,
  updatePartnershipStage: ((_, { id, stage }, { engine, actor }) =>
    engine.deals.move(actor, id, check(StageInput, { stage }, 'The stage'))) satisfies Args<{ id: string, stage: string }>,
  submitCreativeAsset: ((_, { workspaceId, asset }, { engine, actor }) =>
    engine.workspaces.addAsset(actor, workspaceId, check(AssetInput, given(asset), 'The asset'))) satisfies Args<{ workspaceId: string, asset: object }>,
  generateContent: notBuilt('Generating content'),
  publishContent: notBuilt('Publishing content'),
  connectPlatform: notBuilt('Connecting platforms')
}

type Pass = (event: NumberedEvent) => boolean

/** A subscription: the channel by its argument, and which of its events become which answers. */
const listening = <T>(argument: string, channel: string, pass: Pass, answer: (event: NumberedEvent, context: Context, id: string) => T) => ({
  subscribe: async (_: unknown, args: Record<string, string>, { engine, whoAsks, open }: Context) => {
    if (whoAsks === undefined || open === undefined) throw new EngineError('invalid_argument', 'Subscriptions are for sockets (graphql-transport-ws).')
    if (open.subscriptions >= SUBSCRIPTIONS_MAX) throw new EngineError('resource_exhausted', `A socket may have ${SUBSCRIPTIONS_MAX} subscriptions at once.`)
    open.subscriptions++ // before anything is waited for: many may come at once
    const end = () => { open.subscriptions-- }
    const events = await hear(engine, `${channel}:${args[argument]}`, whoAsks).catch((error: unknown) => {
      end()
      refused(error)
    })
    return only(events, pass, end)
  },
  resolve: (event: NumberedEvent, args: Record<string, string>, context: Context) => answer(event, context, args[argument]!)
})

/** Over a socket nobody formats errors, so a refusal brings its code along. */
function refused (error: unknown): never {
  if (!(error instanceof EngineError)) throw error
  const { code, message } = failed(error)
  throw new GraphQLError(message, { extensions: { code: code.toUpperCase() } })
}

function only (events: Heard, pass: Pass, ended: () => void): Heard {
  let finish = () => { finish = () => {}; ended() }
  const next = async (): Promise<IteratorResult<NumberedEvent>> => {
    for (;;) {
      const step = await events.next().catch((error) => { finish(); throw error })
      if (step.done === true) finish()
      if (step.done === true || pass(step.value)) return step
    }
  }
  const heard: Heard = { next, return: async () => { finish(); return await events.return() }, [Symbol.asyncIterator]: () => heard }
  return heard
}

const OF_DEALS = new Set<EventName>(['PartnershipCreated', 'PartnershipStageChanged', 'MilestoneCompleted'])
const told = ({ name, number, at }: NumberedEvent) => ({ event: name, number, at })
const subscription = {
  partnershipUpdates: listening('partnershipId', 'partnership', () => true, async (event, { engine, whoAsks }, id) =>
    ({ ...told(event), partnership: await engine.deals.get(await whoAsks!(), id) })),
  newAffinityMatches: listening('memberId', 'affinity', ({ name }) => name === 'AffinityCalculated', ({ data }) => (data as { matches: Affinity[] }).matches),
  realTimeCollaboration: listening('workspaceId', 'workspace', () => true, (event) => ({ ...told(event), data: JSON.stringify(event.data) })),
  contentPublished: { subscribe: notBuilt('Publishing content') },
  analyticsUpdated: listening('userId', 'member', ({ name }) => OF_DEALS.has(name), async (_, { engine, whoAsks }, memberId) =>
    analyticsOf(engine, await whoAsks!(), { memberId }))
}

const resolvers = {
  Query: query,
  Mutation: mutation,
  Subscription: subscription,
  UserProfile: {
    fullName: ({ name }: MemberProfile) => name,
    headline: ({ businessInfo }: MemberProfile) => businessInfo?.about,
    bio: ({ basicInfo }: MemberProfile) => basicInfo?.about,
    industry: ({ businessInfo }: MemberProfile) => businessInfo?.industry,
    type: ({ businessInfo }: MemberProfile) => businessInfo?.type,
    goals: ({ goals }: MemberProfile) => goals?.about,
    preferences: ({ preferences }: MemberProfile) => preferences?.about
  },
  AffinityMatch: { components: ({ components }: Affinity) => Object.entries(components).map(([term, value]) => ({ term, value })) }
}

/** What was given: GraphQL hands on null for what was not, and objects without a prototype. */
const given = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_, inner) => inner === null ? undefined : inner))

interface Execution { data?: unknown, errors?: readonly unknown[] }

/** Our codes in upper case, our words, and nothing of what went wrong inside. */
function formatted (app: FastifyInstance, { data, errors = [] }: Execution) {
  const failures = errors.flatMap(unfolded).map((error) => ({ error, ...failureOf(app, error) }))
  return {
    statusCode: data === undefined || data === null ? failures[0]?.status ?? 400 : 200,
    response: {
      data: data ?? null,
      errors: failures.map(({ error, code, message, details }) => ({
        message,
        ...error.locations === undefined ? {} : { locations: error.locations },
        ...error.path === undefined ? {} : { path: error.path },
        extensions: { code: code.toUpperCase(), ...details.length === 0 ? {} : { details } }
      }))
    }
  }
}

interface Raised { message: string, locations?: unknown, path?: unknown, originalError?: unknown, code?: string, errors?: Raised[] }
const unfolded = (error: unknown): Raised[] => {
  const raised = error as Raised
  const inner = raised.errors ?? (raised.originalError as Raised | undefined)?.errors
  return Array.isArray(inner) && inner.length > 0 ? inner : [raised]
}

function failureOf (app: FastifyInstance, error: Raised) {
  const cause = innermost(error)
  if (cause instanceof EngineError) return failed(cause)
  if (/^Neo4jGraphQL(Authentication|Forbidden)Error$/.test(cause.name ?? '')) return failed(new EngineError('unauthenticated', 'Log in first.'))
  if (UNAVAILABLE.test(cause.code ?? '')) return failed(new EngineError('unavailable', 'Neo4j does not answer; try again shortly.'))
  const { message, code = '', constructor } = cause
  // What the language itself refuses has no cause and happened nowhere yet.
  if (code.startsWith('MER_ERR') || (constructor === GraphQLError && error.path === undefined)) return failed(new EngineError('invalid_argument', message))
  app.log.error({ error: { message, stack: (cause as Partial<Error>).stack } }, 'a GraphQL field failed by our mistake')
  return failed(null)
}

const UNAVAILABLE = /^(?:ServiceUnavailable|SessionExpired|Neo\.TransientError\..*Unavailable)$/
const innermost = (error: Raised): Raised & { name?: string } => error.originalError instanceof Error ? innermost(error.originalError as Raised) : error
