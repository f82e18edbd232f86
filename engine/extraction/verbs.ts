import type { Modality, Polarity } from '../../models/triple.js'
import type { Chunk } from './chunks.js'
import { MAYBE, PARTICLES, POSSIBLES, READINESS, REFUSALS, WISHES } from './lexicon.js'
import { isVerb } from './tagset.js'
import type { Token } from './tokens.js'

/** What a verb group says: the main verb, whether it holds, how surely, and whether the subject suffers it. */
export interface Action { lemma: string, polarity: Polarity, modality: Modality, passive: boolean, ended: boolean }

// "can't stop", "can't resist", "couldn't be happier", "can't wait to", "not only": the "not" denies nothing.
const EMPHATIC = /\b(?:can|could) not (?:help |stop |resist |wait\b|live without |get enough )|\b(?:can|could) not be (?:more |happier|prouder)|\bnot (?:only|just|merely|simply)\b/

export function action (tokens: readonly Token[], verb: Chunk): Action {
  const group = tokens.slice(verb.from, verb.to)
  const read = group.map((token) => token.norm.toLowerCase()).join(' ') + ' ' + following(tokens, verb.to)
  const main = tokens[verb.head]!
  const particle = tokens[verb.to - 1] !== main && PARTICLES.has(`${main.lemma}:${group.at(-1)!.norm.toLowerCase()}`) ? ' ' + group.at(-1)!.norm.toLowerCase() : ''
  const controls = group.slice(0, verb.head - verb.from)
  return {
    lemma: main.lemma + particle,
    polarity: negated(controls, group, read) ? '-' : '+',
    modality: modality(controls, main, read),
    passive: isPassive(controls, main),
    ended: /\bno longer\b|\bused to\b|\bstopped\b|\bquit\b/.test(read)
  }
}

const following = (tokens: readonly Token[], at: number): string => tokens.slice(at, at + 2).map((token) => token.norm.toLowerCase()).join(' ')

function negated (controls: readonly Token[], group: readonly Token[], read: string): boolean {
  if (EMPHATIC.test(read)) return false
  const nots = group.filter((token) => token.tag === 'NOT').length + (/\bno longer\b/.test(read) ? 1 : 0)
  const refusals = controls.filter((token) => isVerb(token.tag) && REFUSALS.has(token.lemma)).length
  const past = controls.some((token, i) => token.norm.toLowerCase() === 'used' && token.lemma === 'use' && !(i > 0 && controls[i - 1]!.lemma === 'be')) ? 1 : 0
  return (nots + refusals + past) % 2 === 1 || (past === 1 && nots > 0) || /\b(?:rarely|hardly|seldom) /.test(read.split(' ').slice(0, group.length).join(' ') + ' ')
}

function modality (controls: readonly Token[], main: Token, read: string): Modality {
  const words = controls.map((token) => token.norm.toLowerCase())
  if (controls.some((token) => isVerb(token.tag) && WISHES.has(token.lemma) && token !== main)) return wish(words, controls)
  if (/\b(?:can|could) not wait to\b/.test(read)) return 'desired'
  const ready = words.map((word) => READINESS.get(word)).find((found) => found !== undefined)
  if (ready !== undefined && controls.some((token) => token.lemma === 'be')) return ready
  if (words.some((word) => MAYBE.has(word)) || controls.some((token) => POSSIBLES.has(token.lemma))) return 'possible'
  if (!words.includes('would')) return 'certain'
  return main.lemma === 'love' || main.lemma === 'like' ? 'desired' : 'possible'
}

/** "like talking" and "need to" are no wish on their own; "would like", "hope", "look to" are. */
function wish (words: readonly string[], controls: readonly Token[]): Modality {
  const verbs = controls.filter((token) => isVerb(token.tag)).map((token) => token.lemma)
  const hearty = verbs.some((verb) => verb === 'love' || verb === 'like')
  return !hearty || words.includes('would') || words.includes('to') ? 'desired' : 'certain'
}

function isPassive (controls: readonly Token[], main: Token): boolean {
  if (main.tag !== 'VBN' && main.tag !== 'VBD') return false
  const last = controls.findLast((token) => isVerb(token.tag))
  return last === undefined ? main.tag === 'VBN' : last.lemma === 'be' || last.lemma === 'get'
}
