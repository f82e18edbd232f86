import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import {
  Ledger, Milestone, MilestoneInput, MilestonePatch, Partnership, PartnershipFilter, PartnershipInput, PartnershipPatch, StageChange, StageInput,
  Transaction, TransactionInput
} from '../../models/deals.js'
import { Envelope, PageMeta } from '../../models/envelope.js'
import { actorOf } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

const Id = Type.String({ minLength: 1, maxLength: 100 })
const One = Type.Object({ id: Id })
const Key = Type.String({
  minLength: 1, maxLength: 200, pattern: '^[!-~]+$', description: 'chosen by the caller, new for each new request; sent again, it gets the same answer'
})
const tags = ['partnerships']

export const partnershipRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine: { deals } }) => {
  const path = '/api/v1/partnerships'
  const read = { permission: 'partnership:read' } as const
  const update = { permission: 'partnership:update' } as const
  const one = { 200: answered(Envelope(Partnership)), ...failures }

  app.get(path, {
    config: read,
    schema: { tags, summary: 'Partnerships, the newest first', querystring: PartnershipFilter, response: { 200: answered(Envelope(Type.Array(Partnership), PageMeta)), ...failures } }
  }, async (request) => inEnvelope(await deals.list(actorOf(request), request.query), request.id))

  app.post(path, {
    config: { permission: 'partnership:create' },
    schema: {
      tags,
      summary: 'Proposes a partnership between members; it begins at discovery',
      headers: Type.Object({ 'idempotency-key': Type.Optional(Key) }),
      body: PartnershipInput,
      response: { 200: answered(Envelope(Partnership)), ...failures }
    }
  }, async (request) => {
    const data = await deals.create(actorOf(request), request.body, request.headers['idempotency-key'])
    return inEnvelope({ data }, request.id)
  })

  app.get(`${path}/:id`, { config: read, schema: { tags, summary: 'One partnership', params: One, response: one } },
    async (request) => inEnvelope({ data: await deals.get(actorOf(request), request.params.id) }, request.id))

  app.patch(`${path}/:id`, {
    config: update,
    schema: { tags, summary: 'Changes the terms or the status; 409 lists the legal ones', params: One, body: PartnershipPatch, response: one }
  }, async (request) => inEnvelope({ data: await deals.change(actorOf(request), request.params.id, request.body) }, request.id))

  app.put(`${path}/:id/stage`, {
    config: update,
    schema: { tags, summary: 'Moves it to another stage; 409 lists the legal moves', params: One, body: StageInput, response: one }
  }, async (request) => inEnvelope({ data: await deals.move(actorOf(request), request.params.id, request.body) }, request.id))

  app.get(`${path}/:id/history`, {
    config: read,
    schema: { tags, summary: 'Which stages it went through, when and why', params: One, response: { 200: answered(Envelope(Type.Array(StageChange))), ...failures } }
  }, async (request) => inEnvelope({ data: await deals.history(actorOf(request), request.params.id) }, request.id))

  app.post(`${path}/:id/milestones`, {
    config: update,
    schema: { tags, summary: 'Adds a milestone', params: One, body: MilestoneInput, response: { 200: answered(Envelope(Milestone)), ...failures } }
  }, async (request) => {
    const data = await deals.addMilestone(actorOf(request), request.params.id, request.body)
    return inEnvelope({ data }, request.id)
  })

  app.patch(`${path}/:id/milestones/:mid`, {
    config: update,
    schema: {
      tags,
      summary: 'Changes a milestone; completing it is told to all who listen',
      params: Type.Object({ id: Id, mid: Id }),
      body: MilestonePatch,
      response: { 200: answered(Envelope(Milestone)), ...failures }
    }
  }, async (request) => inEnvelope({ data: await deals.changeMilestone(actorOf(request), request.params.id, request.params.mid, request.body) }, request.id))

  app.get(`${path}/:id/transactions`, {
    config: { permission: 'money:read' },
    schema: { tags, summary: 'Payments and refunds with their commissions, the latest first', params: One, response: { 200: answered(Envelope(Type.Array(Transaction))), ...failures } }
  }, async (request) => inEnvelope({ data: await deals.transactions(actorOf(request), request.params.id) }, request.id))

  app.post(`${path}/:id/transactions`, {
    config: { permission: 'money:create' },
    schema: {
      tags,
      summary: 'Books a payment or a refund, once per Idempotency-Key',
      params: One,
      headers: Type.Object({ 'idempotency-key': Key }),
      body: TransactionInput,
      response: { 200: answered(Envelope(Transaction)), ...failures }
    }
  }, async (request) => {
    const data = await deals.transact(actorOf(request), request.params.id, request.body, request.headers['idempotency-key'])
    return inEnvelope({ data }, request.id)
  })

  app.get(`${path}/:id/ledger`, {
    config: { permission: 'money:read' },
    schema: { tags, summary: 'The double entries behind the transactions, and the balances', params: One, response: { 200: answered(Envelope(Ledger)), ...failures } }
  }, async (request) => inEnvelope({ data: await deals.ledger(actorOf(request), request.params.id) }, request.id))
}
