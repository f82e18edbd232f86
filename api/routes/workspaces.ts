import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { Envelope, PageMeta } from '../../models/envelope.js'
import { Asset, AssetInput, Comment, CommentInput, Workspace, WorkspaceContent, WorkspaceFilter, WorkspaceInput } from '../../models/workspaces.js'
import { actorOf } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

const One = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })
const tags = ['collaboration']

export const workspaceRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine: { workspaces } }) => {
  const path = '/api/v1/collaboration/workspaces'
  const read = { permission: 'workspace:read' } as const
  const update = { permission: 'workspace:update' } as const

  app.get(path, {
    config: read,
    schema: { tags, summary: 'Workspaces of one\'s partnerships, those of the newest first', querystring: WorkspaceFilter, response: { 200: answered(Envelope(Type.Array(Workspace), PageMeta)), ...failures } }
  }, async (request) => inEnvelope(await workspaces.list(actorOf(request), request.query), request.id))

  app.post(path, {
    config: { permission: 'workspace:create' },
    schema: { tags, summary: 'Opens the workspace of a partnership; where there is one, it is the answer', body: WorkspaceInput, response: { 200: answered(Envelope(Workspace)), ...failures } }
  }, async (request) => inEnvelope({ data: await workspaces.open(actorOf(request), request.body) }, request.id))

  app.get(`${path}/:id`, {
    config: read,
    schema: { tags, summary: 'A workspace with all its assets and comments', params: One, response: { 200: answered(Envelope(WorkspaceContent)), ...failures } }
  }, async (request) => inEnvelope({ data: await workspaces.get(actorOf(request), request.params.id) }, request.id))

  app.post(`${path}/:id/comments`, {
    config: update,
    schema: { tags, summary: 'Says something, to all who listen', params: One, body: CommentInput, response: { 200: answered(Envelope(Comment)), ...failures } }
  }, async (request) => inEnvelope({ data: await workspaces.addComment(actorOf(request), request.params.id, request.body) }, request.id))

  app.post(`${path}/:id/assets`, {
    config: update,
    schema: { tags, summary: 'Adds an asset; the same name again is its next version', params: One, body: AssetInput, response: { 200: answered(Envelope(Asset)), ...failures } }
  }, async (request) => inEnvelope({ data: await workspaces.addAsset(actorOf(request), request.params.id, request.body) }, request.id))
}
