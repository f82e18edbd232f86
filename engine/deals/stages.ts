import { STAGES, type Stage, type Status } from '../../models/deals.js'
import { EngineError, type FailureDetail } from '../errors.js'

/** From each stage to those that may follow: one step on, or one back while nothing is signed. */
export const MOVES: Record<Stage, readonly Stage[]> = {
  discovery: ['initial_contact'],
  initial_contact: ['negotiation', 'discovery'],
  negotiation: ['contract_review', 'initial_contact'],
  contract_review: ['execution', 'negotiation'],
  execution: ['performance_tracking'],
  performance_tracking: ['completion', 'execution'],
  completion: []
}

const CHANGES: Record<Status, readonly Status[]> = {
  active: ['on_hold', 'declined', 'cancelled'],
  on_hold: ['active', 'declined', 'cancelled'],
  completed: [],
  declined: [],
  cancelled: []
}

interface Standing { id: string, stage: Stage, status: Status }

/** Where a partnership may go from where it stands. */
export const movesOf = ({ stage, status }: Omit<Standing, 'id'>): Stage[] => status === 'active' ? [...MOVES[stage]] : []

/** What is signed can be cancelled, no more declined. It is completed by reaching the last stage, and in no other way. */
export const changesOf = ({ stage, status }: Omit<Standing, 'id'>): Status[] =>
  CHANGES[status].filter((next) => next !== 'declined' || !isSigned(stage))

/** Both have agreed; what comes before is a proposal of one. */
export const isSigned = (stage: Stage) => STAGES.indexOf(stage) >= STAGES.indexOf('execution')

export const isClosed = (status: Status) => CHANGES[status].length === 0

export function checkMove (deal: Standing, to: Stage): void {
  const legal = movesOf(deal)
  if (!legal.includes(to)) throw illegal(`Partnership ${deal.id} is at ${deal.stage} and ${deal.status}: it cannot move to ${to}`, 'stage', legal)
}

export function checkChange (deal: Standing, to: Status): void {
  const legal = changesOf(deal)
  if (!legal.includes(to)) throw illegal(`Partnership ${deal.id} is ${deal.status} at ${deal.stage}: it cannot become ${to}`, 'status', legal)
}

function illegal (message: string, path: string, legal: string[]): EngineError {
  const details: FailureDetail[] = legal.map((word) => ({ path, rule: 'legal', message: word }))
  return new EngineError('failed_precondition', `${message}; legal: ${legal.join(', ') || 'none'}.`, details)
}

export function checkVersion ({ id, version }: { id: string, version: number }, expected?: number): void {
  if (expected === undefined || expected === version) return
  throw new EngineError('failed_precondition', `Partnership ${id} has been changed: it is at version ${version}, not ${expected}; read it again.`,
    [{ path: 'expectedVersion', rule: 'current', message: String(version) }])
}
