import { FEEDBACK, STANCES, type Feedback, type FeedbackRequest, type FeedbackType, type Stance } from '../../models/feedback.js'
import { EngineError } from '../errors.js'
import type { Graph, Reads, Run } from '../graph/graph.js'
import { shortHash } from '../graph/schema.js'

const STANCES_MAX = 5_000

export function stances (graph: Reads, tenantId: string, entityId: string, now: string): Promise<Stance[]> {
  return graph.read<Stance>('affinity/feedback', { tenantId, entityId, now, limit: STANCES_MAX })
}

/** Notes what a member says of a target. Said again it changes nothing; another stance is refused unless it may overwrite the first. */
export async function giveFeedback (
  graph: Graph, tenantId: string, memberId: string, request: FeedbackRequest, { overwrite = false, now }: { overwrite?: boolean, now: string }
): Promise<{ feedback: Feedback, created: boolean }> {
  const { targetId, type, value = null, reason = null, at = now, recommId = null } = request
  if (targetId === memberId) throw new EngineError('invalid_argument', 'Feedback is about others; targetId is the member itself.')
  const given = { type, value, reason, at, recommId }
  const feedbackId = feedbackIdOf(memberId, targetId, type)

  return await graph.write(async (run) => {
    const lock = await counted(run, tenantId, type)
    const [row] = await run<{ feedback: Said, created: boolean }>('affinity/feedback-give',
      { tenantId, memberId, targetId, feedbackId, given, overwrite, token: feedbackId })
    if (row === undefined) throw await missing(run, tenantId, memberId, targetId)
    const { feedback, created } = row
    if (!created && !overwrite) {
      if (feedback.type !== type) throw taken(feedback, targetId)
      await lock.undo()
    }
    return { feedback: feedbackOf(memberId, targetId, feedback), created }
  })
}

/** Takes back what a member said; returns what it was. */
export async function withdrawFeedback (graph: Graph, tenantId: string, memberId: string, feedbackId: string): Promise<FeedbackType> {
  return await graph.write(async (run) => {
    await run('graph/lock', { tenantId })
    const [row] = await run<{ type: FeedbackType }>('affinity/feedback-withdraw', { tenantId, memberId, feedbackId })
    if (row === undefined) throw new EngineError('not_found', `There is no feedback "${feedbackId}".`)
    if (!STANCES.includes(row.type)) await run('graph/unchanged', { tenantId })
    return row.type
  })
}

/** All that a member said of others. */
export async function feedbackGiven (graph: Graph, tenantId: string, memberId: string): Promise<Feedback[]> {
  const rows = await graph.read<{ targetId: string, feedback: Said }>('affinity/feedback-given', { tenantId, memberId })
  return rows.map(({ targetId, feedback }) => feedbackOf(memberId, targetId, feedback))
}

/** As the relationship holds it: what was not said is not there. */
type Said = Pick<Feedback, 'id' | 'type' | 'at'> & Partial<Feedback>
const feedbackOf = (memberId: string, targetId: string, { id, type, value = null, reason = null, at, recommId = null }: Said): Feedback =>
  ({ id, memberId, targetId, type, value, reason, at, recommId })

/** Only a stance changes answers, so only a stance counts as a write of the graph, by which cached answers are named. */
async function counted (run: Run, tenantId: string, type: FeedbackType): Promise<{ undo: () => Promise<unknown> }> {
  if (!STANCES.includes(type)) return { undo: async () => {} }
  await run('graph/lock', { tenantId })
  return { undo: () => run('graph/unchanged', { tenantId }) }
}

/** One place for the stance of a member towards a target, one for each other type. */
export const feedbackIdOf = (memberId: string, targetId: string, type: FeedbackType) =>
  'g' + shortHash(JSON.stringify([memberId, targetId, STANCES.includes(type) ? 'stance' : type]))

async function missing (run: Run, tenantId: string, memberId: string, targetId: string): Promise<EngineError> {
  const [member] = await run<{ label: string }>('graph/entity', { tenantId, entityId: memberId })
  if (member === undefined) return new EngineError('not_found', `There is no entity "${memberId}".`)
  return member.label === 'Member'
    ? new EngineError('not_found', `There is no entity "${targetId}".`)
    : new EngineError('invalid_argument', `Only members give feedback; "${memberId}" is a ${member.label.toLowerCase()}.`)
}

const SAID: Record<string, string> = { accept: 'accepted', reject: 'rejected', hide: 'hidden' }
const taken = ({ id, type }: { id: string, type: FeedbackType }, targetId: string) => new EngineError('failed_precondition',
  `"${targetId}" is ${SAID[type] ?? FEEDBACK[type]} already; PUT overwrites that, DELETE …/feedback/${id} takes it back.`)
