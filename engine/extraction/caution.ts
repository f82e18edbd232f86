import type { Statement } from './statements.js'

/** Constructions that take back or weaken what a clause says from outside its verb group. Each names itself by an example. */
const BEFORE_DENIES = [
  /\b(?:false|untrue|not true|n['’]t true|a lie|a myth|nonsense|wrong) that\b/, // "it is false that I work with X"
  /\b(?:cannot|can not) (?!help|stop|resist|wait|live|get enough|be\b)/, // "I cannot recommend X"
  /\b(?:far from|yet to|almost|nearly|pretend\w* to|den(?:y|ies|ied)\w*|done with|lack\w*)\b/, // "I have yet to work with X", "I almost partnered with X"
  /\b(?:rarely|hardly|barely|scarcely|seldom)\b/, // "rarely do I promote X"
  /\bneither\b.*\bnor\b/ // "I'm neither an X nor a Y"
]
const BETWEEN_DENIES = [
  /\b(?:any\w*|all|every\w*|no one|nobody|nothing)\b.*\bbut\s+(?:the |an? |my |our )?$/, // "I work with anyone but X"
  /\bneither\b.*\bnor\b/,
  /\b(?:hardly|barely|scarcely|far from)\b/, // "I'm hardly an X"
  /\b(?:free of|free from|against|allergic to|done with|without|instead of|rather than|tired of|sick of|other than|fed up with)\b[^,;]*$/ // "free of sponsors like X"
]
const AFTER_DENIES = /^[^.;]*\b(?:which|that|this|it) (?:is|was|are) (?:a lie|false|untrue|not true|nonsense|a myth)\b/ // "…, which is a lie"
const LABEL_DENIES = /^\W*(?:not|no|never|nothing|don['’]t|do not|avoid|against|without)\b[^:.;]*:/ // "Not interested in: X, Y"

const PRAISES = /\bcan(?:not|['’]t| not) recommend\b.*\b(?:enough|highly)\b/ // the one "cannot" that means the opposite
const DOUBTS = /\b(?:doubt|do(?:es)? not (?:think|believe)|do(?:es)?n['’]t (?:think|believe))\b/ // "I doubt that I will work with X"
const HEARSAY = /\b(?:supposedly|allegedly|reportedly|apparently|(?:people|they|some|others) (?:say|think|believe|claim)|rumou?r\w*)\b/
const UNREAL = /\bwish(?:es|ed)? (?:that )?(?:i|we|he|she|they|you|\w+) (?:had|were|was|could|would|\w+ed|[a-z]+)\b/ // "I wish I worked with X"

/**
 * What a sentence says around a statement. A statement that its sentence takes back is denied, one that it doubts or only reports is
 * possible, one that it wishes is desired: a denied or merely possible fact must not come out as a certain one.
 */
export function cautious (fact: Statement, sentence: { text: string, start: number }): Statement {
  const { lead, between, after, whole } = around(fact, sentence)
  if (PRAISES.test(sentence.text.toLowerCase())) return { ...fact, polarity: '+' }
  if (DOUBTS.test(lead)) return { ...fact, polarity: '-', modality: 'possible' }
  const denied = BEFORE_DENIES.some((cue) => cue.test(lead)) || BETWEEN_DENIES.some((cue) => cue.test(between)) ||
    AFTER_DENIES.test(after) || LABEL_DENIES.test(whole)
  if (denied) return { ...fact, polarity: '-' }
  if (fact.modality !== 'certain') return fact
  return UNREAL.test(lead) ? { ...fact, modality: 'desired' } : HEARSAY.test(lead) ? { ...fact, modality: 'possible' } : fact
}

/** The words before the verb in its part of the sentence and the verb itself, those between it and the object, those after. */
function around ({ predicateSpan, objectSpan }: Statement, { text, start }: { text: string, start: number }) {
  const low = text.toLowerCase()
  const object = { start: objectSpan.start - start, end: objectSpan.end - start }
  const verb = predicateSpan === undefined || predicateSpan.start > objectSpan.start
    ? { start: object.start, end: object.start }
    : { start: predicateSpan.start - start, end: predicateSpan.end - start }
  const part = Math.max(...[',', ';', ':', '—', '–'].map((mark) => low.lastIndexOf(mark, verb.start - 1))) + 1
  return { lead: low.slice(part, verb.end), between: low.slice(verb.end, object.start), after: low.slice(object.end), whole: low.slice(0, object.start) }
}
