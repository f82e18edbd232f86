import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { EntityId } from '../../models/affinity.js'
import { Aliases, AliasRequest, ApartRequest, Duplicate, DuplicatesMeta, DuplicatesRequest, Merge, MergeRequest } from '../../models/entities.js'
import { Envelope } from '../../models/envelope.js'
import { actorOf } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

const tags = ['graph']
const Meta = Type.Object({ ...DuplicatesMeta.properties, requestId: Type.String() })

export const entityRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine: { entities } }) => {
  const path = '/api/v1/graph'
  const config = { permission: 'entity:merge' } as const
  const merged = { 200: answered(Envelope(Merge)), ...failures }

  app.get(`${path}/duplicates`, {
    config,
    schema: {
      tags,
      summary: 'Pairs of nodes that are probably one, the surest first, with the signs of each; nothing is merged',
      querystring: DuplicatesRequest,
      response: { 200: answered(Envelope(Type.Array(Duplicate), Meta)), ...failures }
    }
  }, async (request) => inEnvelope(await entities.duplicates(actorOf(request), request.query), request.id))

  app.get(`${path}/merges`, {
    config,
    schema: { tags, summary: 'The merges that hold, the last one first', response: { 200: answered(Envelope(Type.Array(Merge))), ...failures } }
  }, async (request) => inEnvelope({ data: await entities.merges(actorOf(request)) }, request.id))

  app.post(`${path}/merges`, {
    config,
    schema: { tags, summary: 'Says that one node is another: all that is told of the first is told of the second from now on', body: MergeRequest, response: merged }
  }, async (request) => inEnvelope({ data: await entities.merge(actorOf(request), request.body) }, request.id))

  app.delete(`${path}/merges/:id`, {
    config,
    schema: {
      tags,
      summary: 'Takes a merge back, named by its id or by the node that it took away; later ones on top of it go first',
      params: Type.Object({ id: EntityId }),
      response: merged
    }
  }, async (request) => inEnvelope({ data: await entities.unmerge(actorOf(request), request.params.id) }, request.id))

  app.post(`${path}/aliases`, {
    config,
    schema: { tags, summary: 'Lets a node go by a further name', body: AliasRequest, response: { 200: answered(Envelope(Aliases)), ...failures } }
  }, async (request) => inEnvelope({ data: await entities.alias(actorOf(request), request.body) }, request.id))

  app.delete(`${path}/aliases`, {
    config,
    schema: { tags, summary: 'Takes away a name that somebody had given a node', querystring: AliasRequest, response: { 200: answered(Envelope(Aliases)), ...failures } }
  }, async (request) => inEnvelope({ data: await entities.unalias(actorOf(request), request.query) }, request.id))

  app.post(`${path}/apart`, {
    config,
    schema: {
      tags,
      summary: 'Remembers that two nodes are not the same, so that they are not proposed again',
      body: ApartRequest,
      response: { 200: answered(Envelope(Type.Object({ ids: Type.Array(Type.String()) }))), ...failures }
    }
  }, async (request) => inEnvelope({ data: await entities.apart(actorOf(request), request.body) }, request.id))
}
