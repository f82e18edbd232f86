import { randomUUID } from 'node:crypto'
import type { Actor } from '../../models/actor.js'
import type { Partnership, PartnershipFilter } from '../../models/deals.js'
import type { Emit } from '../../models/events.js'
import type { Asset, AssetInput, Comment, CommentInput, Workspace, WorkspaceContent, WorkspaceFilter, WorkspaceInput } from '../../models/workspaces.js'
import { can, demand, operatorOf, type Permission } from '../accounts/can.js'
import { EngineError } from '../errors.js'
import type { Graph } from '../graph/graph.js'

/** Where deals are: they know who takes part. */
export interface WorkspaceParts {
  graph: Graph
  emit: Emit
  deals: {
    get (actor: Actor, id: string): Promise<Partnership>
    list (actor: Actor, filter: PartnershipFilter): Promise<{ data: Partnership[], meta: { cursor: string | null } }>
  }
}

const COMMENTS_MAX = 1_000
const ASSETS_MAX = 500
const LIST_DEFAULT = 20
/** Pages of a hundred partnerships that one list looks through; the cursor goes on from there. */
const PAGES_MAX = 10

/** A room for each partnership, for those who take part in it: what they make, and what they say of it. */
export function openWorkspaces ({ graph, emit, deals }: WorkspaceParts) {
  const now = () => new Date().toISOString()

  /** The workspace, if the actor may: deals are asked each time, since they alone know whose it is. */
  async function admitted (actor: Actor, permission: Permission, id: string): Promise<Workspace> {
    const [row] = await graph.read<{ workspace: Workspace }>('workspaces/one', { tenantId: actor.tenantId, id })
    if (row === undefined) throw new EngineError('not_found', `There is no workspace "${id}".`)
    demand(actor, permission, partiesOf(await deals.get(actor, row.workspace.partnershipId)))
    return row.workspace
  }

  async function list (
    actor: Actor, { limit = LIST_DEFAULT, cursor }: WorkspaceFilter = {}
  ): Promise<{ data: Workspace[], meta: { limit: number, cursor: string | null } }> {
    demand(actor, READ)
    const found: Workspace[] = []
    let next: string | null = cursor ?? null
    for (let pages = 0; pages < PAGES_MAX && found.length <= limit; pages++) {
      const { data, meta } = await deals.list(actor, { limit: 100, ...next !== null && { cursor: next } })
      const partnershipIds = data.filter((deal) => can(actor, READ, partiesOf(deal))).map(({ id }) => id)
      const rows = await graph.read<{ workspace: Workspace }>('workspaces/of-partnerships', { tenantId: actor.tenantId, partnershipIds })
      found.push(...rows.map(({ workspace }) => workspace))
      next = meta.cursor
      if (next === null) break
    }
    const page = found.slice(0, limit)
    return { data: page, meta: { limit, cursor: found.length > limit ? page.at(-1)!.partnershipId : next } }
  }

  async function open (actor: Actor, { partnershipId, name }: WorkspaceInput): Promise<Workspace> {
    const deal = await deals.get(actor, partnershipId)
    demand(actor, 'workspace:create', partiesOf(deal))
    const parameters = { tenantId: actor.tenantId, partnershipId, id: randomUUID(), name: name ?? deal.title, at: now() }
    const [row] = await graph.write((run) => run<{ workspace: Workspace }>('workspaces/open', parameters))
    return row!.workspace
  }

  async function addComment (actor: Actor, workspaceId: string, { text }: CommentInput): Promise<Comment> {
    await admitted(actor, UPDATE, workspaceId)
    const comment = { id: randomUUID(), text, authorId: actor.memberId, at: now() }
    const parameters = { tenantId: actor.tenantId, workspaceId, comment, max: COMMENTS_MAX }
    const [row] = await graph.write((run) => run<{ comment: Comment }>('workspaces/add-comment', parameters))
    if (row === undefined) throw new EngineError('failed_precondition', `A workspace holds at most ${COMMENTS_MAX} comments.`)
    await emit(actor.tenantId, { name: 'CommentAdded', data: { workspaceId, comment: row.comment } }, [`workspace:${workspaceId}`])
    return row.comment
  }

  async function addAsset (actor: Actor, workspaceId: string, { name, type, url }: AssetInput): Promise<Asset> {
    await admitted(actor, UPDATE, workspaceId)
    const asset = { id: randomUUID(), name, type, url: url ?? null, submittedBy: actor.memberId, at: now() }
    const parameters = { tenantId: actor.tenantId, workspaceId, asset, max: ASSETS_MAX }
    const [row] = await graph.write((run) => run<{ asset: Asset }>('workspaces/add-asset', parameters))
    if (row === undefined) throw new EngineError('failed_precondition', `A workspace holds at most ${ASSETS_MAX} assets.`)
    await emit(actor.tenantId, { name: 'AssetUploaded', data: { workspaceId, asset: row.asset } }, [`workspace:${workspaceId}`])
    return row.asset
  }

  /** The workspaces of all partnerships that a member takes part in. */
  async function roomsOf (tenantId: string, memberId: string): Promise<Workspace[]> {
    const rooms: Workspace[] = []
    for (let cursor: string | null = null; ;) {
      const { data, meta }: Awaited<ReturnType<WorkspaceParts['deals']['list']>> =
        await deals.list(operatorOf(tenantId), { member: memberId, limit: 100, ...cursor !== null && { cursor } })
      const rows = await graph.read<{ workspace: Workspace }>('workspaces/of-partnerships', { tenantId, partnershipIds: data.map(({ id }) => id) })
      rooms.push(...rows.map(({ workspace }) => workspace))
      cursor = meta.cursor
      if (cursor === null) return rooms
    }
  }

  return {
    list,
    open,
    addComment,
    addAsset,
    /** Refuses who may not hear what happens in a workspace. */
    mayRead: (actor: Actor, id: string) => admitted(actor, READ, id),
    async get (actor: Actor, id: string): Promise<WorkspaceContent> {
      const workspace = await admitted(actor, READ, id)
      const [content] = await graph.read<Pick<WorkspaceContent, 'assets' | 'comments'>>('workspaces/content', { tenantId: actor.tenantId, id })
      return { ...workspace, ...content! }
    },
    /** What workspaces keep of a member: handed out on export; on erasure the words and the name go. */
    belonging: {
      name: 'workspaces',
      read: async (tenantId: string, memberId: string) => (await graph.read('workspaces/kept', { tenantId, memberId }))[0],
      erase: async (tenantId: string, memberId: string, name: string) => {
        const rooms = await roomsOf(tenantId, memberId)
        const names = Object.fromEntries(rooms.map((room) => [room.id, name.trim() === '' ? room.name : room.name.replaceAll(wordOf(name), 'someone')]))
        await graph.write(async (run) => {
          await run('workspaces/forget-member', { tenantId, memberId })
          await run('workspaces/rename', { tenantId, names })
        })
      }
    }
  }
}

/** A name as a whole word. */
const wordOf = (name: string) => new RegExp(`(?<![\\p{L}\\p{N}])${name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'gu')

const READ = 'workspace:read'
const UPDATE = 'workspace:update'
const partiesOf = ({ members }: Partnership) => ({ parties: members.map(({ memberId }) => memberId) })
