import { randomUUID } from 'node:crypto'
import { ROLES, type Actor, type Grant } from '../../models/actor.js'
import type {
  MembersPage, Organization, OrganizationMember, OrganizationRole, Project, Role, RoleInput, RolesInput
} from '../../models/organizations.js'
import { EngineError } from '../errors.js'
import type { Graph, Run } from '../graph/graph.js'
import type { AccountRow } from './accounts.js'
import { note } from './audit.js'
import { ALL, can, demand, mayHandOn, permissionsOf, type Resource } from './can.js'

const MEMBERS_DEFAULT = 50
const ROLES_MAX = 100
const PROJECTS_MAX = 1_000

const missing = (what: string, id: string) => new EngineError('not_found', `There is no ${what} "${id}".`)

export function openOrganizations (graph: Graph) {
  const now = () => new Date().toISOString()

  /** One's own organisation; any other is as good as missing. */
  async function get (actor: Actor, id: string): Promise<Organization> {
    demand(actor, 'org:read')
    const [row] = id === actor.tenantId ? await graph.read<{ organization: Organization }>('accounts/organization', { tenantId: id }) : []
    if (row === undefined) throw missing('organisation', id)
    return row.organization
  }

  /** The accounts with their roles; who may read only their own reads their own. */
  async function members (actor: Actor, id: string, { limit = MEMBERS_DEFAULT, cursor = '' }: MembersPage = {}) {
    await get(actor, id)
    const only = can(actor, 'org:read', ALL) ? '' : actor.memberId
    const rows = await graph.read<MemberRow>('accounts/organization-members', { tenantId: id, only, after: cursor, limit: limit + 1 })
    const data = rows.slice(0, limit).map(memberOf)
    return { data, meta: { limit, cursor: rows.length > limit ? data.at(-1)!.memberId : null } }
  }

  /** Gives a member exactly these roles. They hold within a second, for tokens that are out too. */
  async function setRoles (actor: Actor, id: string, memberId: string, { roles: given, grants = [] }: RolesInput): Promise<OrganizationMember> {
    demand(actor, 'org:update', ALL)
    await get(actor, id)
    const roles = ROLES.filter((role) => given.includes(role))
    return graph.write(async (run) => {
      await run('accounts/lock-organization', { tenantId: id })
      const before = await memberIn(run, id, memberId)
      await checkHandedOn(run, actor, before, roles, grants)
      await run('accounts/set-roles', { tenantId: id, memberId, roles, grants, now: now() })
      await checkAdmins(run, id)
      const after = await memberIn(run, id, memberId)
      const change = { entity: 'account', entityId: memberId, action: 'grant', before: rolesOf(before), after: rolesOf(after) } as const
      if (JSON.stringify(change.before) !== JSON.stringify(change.after)) await note(run, actor, change, now())
      return after
    })
  }

  async function createRole (actor: Actor, id: string, { name, permissions }: RoleInput): Promise<Role> {
    demand(actor, 'org:update', ALL)
    await get(actor, id)
    checkHeld(actor, permissions)
    const role: Role = { id: randomUUID(), name, permissions: [...new Set(permissions)], createdAt: now() }
    return graph.write(async (run) => {
      await run('accounts/lock-organization', { tenantId: id })
      const held = await run('accounts/roles', { tenantId: id })
      if (held.length >= ROLES_MAX) throw new EngineError('failed_precondition', `An organisation has at most ${ROLES_MAX} roles of its own.`)
      const [made] = await run<{ created: boolean }>('accounts/create-role', { tenantId: id, name, role })
      if (!made!.created) throw new EngineError('failed_precondition', `There is a role "${name}" already; give this one another name.`)
      await note(run, actor, { entity: 'role', entityId: role.id, action: 'create', before: null, after: { name, permissions: role.permissions } }, role.createdAt)
      return role
    })
  }

  async function createProject (actor: Actor, id: string, { name }: { name: string }): Promise<Project> {
    demand(actor, 'project:create', ALL)
    await get(actor, id)
    const [projectId, at] = [randomUUID(), now()]
    return graph.write(async (run) => {
      await run('accounts/lock-organization', { tenantId: id })
      const held = await run('accounts/projects', { tenantId: id })
      if (held.length >= PROJECTS_MAX) throw new EngineError('failed_precondition', `An organisation has at most ${PROJECTS_MAX} projects.`)
      const [row] = await run<{ project: Project }>('accounts/create-project', { tenantId: id, id: projectId, name, now: at })
      await note(run, actor, { entity: 'project', entityId: projectId, action: 'create', before: null, after: { name } }, at)
      return row!.project
    })
  }

  return {
    get,
    /** Those that one belongs to: one's own. */
    list: async (actor: Actor): Promise<Organization[]> => [await get(actor, actor.tenantId)],
    members,
    setRoles,
    createRole,
    roles: async (actor: Actor, id: string): Promise<Role[]> => {
      await get(actor, id)
      return (await graph.read<{ role: Role }>('accounts/roles', { tenantId: id })).map(({ role }) => role)
    },
    createProject,
    /** The projects that one may read: all of them, or those that a role was granted for. */
    projects: async (actor: Actor, id: string): Promise<Project[]> => {
      await get(actor, id)
      const rows = await graph.read<{ project: Project }>('accounts/projects', { tenantId: id })
      return rows.map(({ project }) => project).filter((project) => can(actor, 'project:read', { projectId: project.id }))
    }
  }
}

interface MemberRow { account: AccountRow, grants: Grant[] }

const memberOf = ({ account: { passwordHash, ...account }, grants }: MemberRow): OrganizationMember =>
  ({ ...account, updatedAt: account.updatedAt ?? account.createdAt, grants })

const rolesOf = ({ roles, grants }: OrganizationMember) => ({ roles, grants: grants.map(({ roleId, scope, scopeId }) => ({ roleId, scope, scopeId })) })

async function memberIn (run: Run, tenantId: string, memberId: string): Promise<OrganizationMember> {
  const [row] = await run<MemberRow>('accounts/organization-members', { tenantId, only: memberId, after: '', limit: 1 })
  if (row === undefined) throw missing('member', memberId)
  return memberOf(row)
}

/** Nobody hands on more than they hold, nor takes from others what they could not have given. */
async function checkHandedOn (run: Run, actor: Actor, before: OrganizationMember, roles: string[], grants: OrganizationRole[]): Promise<void> {
  const changed = ROLES.filter((role) => roles.includes(role) !== before.roles.includes(role))
  checkHeld(actor, permissionsOf(changed))

  const key = ({ roleId, scope, scopeId }: OrganizationRole) => JSON.stringify([roleId, scope, scopeId])
  const [had, wanted] = [before.grants, grants].map((some) => new Set(some.map(key))) as [Set<string>, Set<string>]
  const moved = [...grants.filter((grant) => !had.has(key(grant))), ...before.grants.filter((grant) => !wanted.has(key(grant)))]
  const own = new Map((await run<{ role: Role }>('accounts/roles', { tenantId: actor.tenantId })).map(({ role }) => [role.id, role]))
  const projects = new Set((await run<{ project: Project }>('accounts/projects', { tenantId: actor.tenantId })).map(({ project }) => project.id))
  for (const { roleId, scope, scopeId } of moved) {
    const role = own.get(roleId)
    if (role === undefined) throw missing('role', roleId)
    if (scope === 'org' && scopeId !== actor.tenantId) throw missing('organisation', scopeId)
    if (scope === 'project' && !projects.has(scopeId)) throw missing('project', scopeId)
    checkHeld(actor, role.permissions, scope === 'org' ? {} : scope === 'project' ? { projectId: scopeId } : { teamId: scopeId })
  }
}

function checkHeld (actor: Actor, permissions: string[], place: Resource = {}): void {
  const more = permissions.find((permission) => !mayHandOn(actor, permission, place))
  if (more !== undefined) throw new EngineError('permission_denied', `${actor.email} does not hold ${more}, so it is not theirs to grant or to take; an admin can.`)
}

async function checkAdmins (run: Run, tenantId: string): Promise<void> {
  const [row] = await run<{ admins: number }>('accounts/admins', { tenantId })
  if (row!.admins === 0) throw new EngineError('failed_precondition', 'An organisation needs an admin; make someone else one first.')
}
