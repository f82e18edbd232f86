import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Engine } from '../../engine/engine.js'
import { EntityId } from '../../models/affinity.js'
import { Envelope, PageMeta } from '../../models/envelope.js'
import { MembersPage, Organization, OrganizationMember, Project, ProjectInput, Role, RoleInput, RolesInput } from '../../models/organizations.js'
import { actorOf } from '../actor.js'
import { answered, failures, inEnvelope } from './answers.js'

const Id = Type.String({ minLength: 1, maxLength: 100 })
const One = Type.Object({ id: Id })
const tags = ['organizations']

export const organizationRoutes: FastifyPluginAsyncTypebox<{ engine: Engine }> = async (app, { engine: { accounts: { organizations } } }) => {
  const path = '/api/v1/organizations'
  const read = { permission: 'org:read' } as const
  const update = { permission: 'org:update' } as const

  app.get(path, {
    config: read,
    schema: { tags, summary: 'The organisations that one belongs to: one\'s own', response: { 200: answered(Envelope(Type.Array(Organization))), ...failures } }
  }, async (request) => inEnvelope({ data: await organizations.list(actorOf(request)) }, request.id))

  app.get(`${path}/:id`, {
    config: read,
    schema: { tags, summary: 'One\'s own organisation', params: One, response: { 200: answered(Envelope(Organization)), ...failures } }
  }, async (request) => inEnvelope({ data: await organizations.get(actorOf(request), request.params.id) }, request.id))

  app.get(`${path}/:id/members`, {
    config: read,
    schema: {
      tags,
      summary: 'The accounts with their roles; who may read only their own reads their own',
      params: One,
      querystring: MembersPage,
      response: { 200: answered(Envelope(Type.Array(OrganizationMember), PageMeta)), ...failures }
    }
  }, async (request) => inEnvelope(await organizations.members(actorOf(request), request.params.id, request.query), request.id))

  app.put(`${path}/:id/members/:memberId/roles`, {
    config: update,
    schema: {
      tags,
      summary: 'Gives a member exactly these roles; nobody gives or takes more than they hold',
      params: Type.Object({ id: Id, memberId: EntityId }),
      body: RolesInput,
      response: { 200: answered(Envelope(OrganizationMember)), ...failures }
    }
  }, async (request) => {
    const { id, memberId } = request.params
    return inEnvelope({ data: await organizations.setRoles(actorOf(request), id, memberId, request.body) }, request.id)
  })

  app.get(`${path}/:id/roles`, {
    config: read,
    schema: { tags, summary: 'The roles of the organisation\'s own making', params: One, response: { 200: answered(Envelope(Type.Array(Role))), ...failures } }
  }, async (request) => inEnvelope({ data: await organizations.roles(actorOf(request), request.params.id) }, request.id))

  app.post(`${path}/:id/roles`, {
    config: update,
    schema: { tags, summary: 'Makes a role of permissions that one holds', params: One, body: RoleInput, response: { 200: answered(Envelope(Role)), ...failures } }
  }, async (request) => inEnvelope({ data: await organizations.createRole(actorOf(request), request.params.id, request.body) }, request.id))

  app.get(`${path}/:id/projects`, {
    config: read,
    schema: { tags, summary: 'The projects that one may read', params: One, response: { 200: answered(Envelope(Type.Array(Project))), ...failures } }
  }, async (request) => inEnvelope({ data: await organizations.projects(actorOf(request), request.params.id) }, request.id))

  app.post(`${path}/:id/projects`, {
    config: { permission: 'project:create' },
    schema: { tags, summary: 'Opens a project, the space of a campaign', params: One, body: ProjectInput, response: { 200: answered(Envelope(Project)), ...failures } }
  }, async (request) => inEnvelope({ data: await organizations.createProject(actorOf(request), request.params.id, request.body) }, request.id))
}
