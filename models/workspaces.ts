import { Type, type Static } from 'typebox'

const Strict = { additionalProperties: false } as const
const Id = Type.String({ minLength: 1, maxLength: 100 })
const At = Type.String({ description: 'ISO 8601' })
const Name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })
const orNull = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], description })

export const WorkspaceInput = Type.Object({ partnershipId: Id, name: Type.Optional(Name) }, Strict)
export type WorkspaceInput = Static<typeof WorkspaceInput>

export const WorkspaceFilter = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  cursor: Type.Optional(Id)
}, Strict)
export type WorkspaceFilter = Static<typeof WorkspaceFilter>

export const AssetInput = Type.Object({
  name: Name,
  type: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', description: 'as image, video/mp4, contract' }),
  url: Type.Optional(Type.String({ maxLength: 2_000, pattern: '^https?://[^\\s/?#]+\\S*$', description: 'where it lies (http or https); it is kept, not fetched' }))
}, Strict)
export type AssetInput = Static<typeof AssetInput>

export const CommentInput = Type.Object({ text: Type.String({ minLength: 1, maxLength: 5_000, pattern: '\\S' }) }, Strict)
export type CommentInput = Static<typeof CommentInput>

/** Something made for a partnership: one version of what goes by its name. */
export const Asset = Type.Object({
  id: Id,
  name: Type.String(),
  type: Type.String(),
  url: orNull('where it lies'),
  version: Type.Integer(),
  submittedBy: orNull('a member; null when they are no more'),
  at: At
})
export type Asset = Static<typeof Asset>

export const Comment = Type.Object({
  id: Id,
  text: orNull('null when who wrote it is no more'),
  authorId: orNull('a member; null when they are no more'),
  at: At
})
export type Comment = Static<typeof Comment>

/** Where the parties of one partnership work together. */
export const Workspace = Type.Object({ id: Id, partnershipId: Id, name: Type.String(), createdAt: At })
export type Workspace = Static<typeof Workspace>

export const WorkspaceContent = Type.Object({ ...Workspace.properties, assets: Type.Array(Asset), comments: Type.Array(Comment) })
export type WorkspaceContent = Static<typeof WorkspaceContent>
