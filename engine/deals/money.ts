import { EngineError } from '../errors.js'

const MILLION = 1_000_000n

/** amount × rate, rounded half to even, so that many roundings favor nobody. Negative amounts mirror positive ones. */
export function commissionOf (amountMinor: bigint, ratePpm: number): bigint {
  if (amountMinor < 0n) return -commissionOf(-amountMinor, ratePpm)
  const product = amountMinor * BigInt(ratePpm)
  const [whole, rest] = [product / MILLION, product % MILLION]
  const up = rest * 2n > MILLION || (rest * 2n === MILLION && whole % 2n === 1n)
  return up ? whole + 1n : whole
}

/** The amount as JSON carries it: an integer that is exact, or none. */
export function jsonMinor (amount: bigint | string): number {
  const number = Number(amount)
  if (Number.isSafeInteger(number)) return number
  throw new EngineError('failed_precondition', `The amount ${amount} is larger than JSON can carry exactly; ask for a narrower selection.`)
}

export interface Entry { account: 'clearing' | 'payable' | 'commission', amountMinor: bigint }

/**
 * The entries of a payment (or, with negative amounts, of its reversal): what came in is owed to the partners but for the commission.
 * Debits are positive, credits negative; they sum to zero.
 */
export function entriesOf (amountMinor: bigint, commissionMinor: bigint): Entry[] {
  const entries: Entry[] = [
    { account: 'clearing', amountMinor },
    { account: 'payable', amountMinor: commissionMinor - amountMinor },
    { account: 'commission', amountMinor: -commissionMinor }
  ]
  return entries.filter((entry) => entry.amountMinor !== 0n)
}
