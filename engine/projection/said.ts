import type { Modality, Polarity } from '../../models/triple.js'
import type { Relation } from '../../models/vocabulary.js'

/** What a fact says apart from its ends. Facts that say the same share one. */
export interface Said {
  relation: Relation
  lemma: string
  polarity: Polarity
  modality: Modality
  weight: number // in [−1, 1]
  confidence: number
  wish: boolean
  validFrom: string // '' : always
  validTo: string // '' : for ever
  witnessed: boolean // by more than a third party
  dealtTo: string // until when a deal runs; '~' open, '' none
  visibleTo: string[] | null // null: everyone
}

export function parseSaid (fields: string[]): Said {
  const [relation, lemma, polarity, modality] = fields as [Relation, string, Polarity, Modality]
  const [weight, confidence, validFrom, validTo, witnessed, dealtTo, ...visibleTo] = fields.slice(4)
  return {
    relation,
    lemma,
    polarity,
    modality,
    weight: Number(weight),
    confidence: Number(confidence),
    wish: relation === 'SEEKS' || modality === 'desired',
    validFrom: validFrom!,
    validTo: validTo!,
    witnessed: witnessed === 'w',
    dealtTo: dealtTo!,
    visibleTo: visibleTo.length === 0 ? null : visibleTo
  }
}

/** Whether a fact holds on a day. */
export const lasts = ({ validFrom, validTo }: Said, now: string): boolean => (validTo === '' || validTo > now) && (validFrom === '' || validFrom <= now)

/** Whether a fact holds on a day, and the viewer may know of it. */
export const holds = (said: Said, now: string, viewerId: string): boolean => lasts(said, now) && (said.visibleTo === null || said.visibleTo.includes(viewerId))

/** When something was observed, in whole seconds since 1970, from a day or an ISO 8601 time; 0 where that is not known. */
export const secondsOf = (observedAt: string): number => Math.max(0, Math.floor(Date.parse(observedAt) / 1000)) || 0
