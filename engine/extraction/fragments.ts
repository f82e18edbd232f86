import { PLATFORMS, READINESS, VERBS } from './lexicon.js'
import type { Chunk } from './chunks.js'
import { slots, type Phrase, type Slot } from './phrases.js'
import { each, role, type Context, type Reading, type Statement } from './statements.js'
import type { Sentence } from './sentences.js'
import { tokens as tokenise, type Token } from './tokens.js'
import { chunks } from './chunks.js'

/** What a label says about the owner. */
const LABELS: [RegExp, string][] = [
  [/^(?:my |our )?(?:target |key |core |main )?(?:audience|demographic|target|readers?|listeners|viewers|community|customers?|target group)$/, 'target'],
  [/^(?:location|city|base|based|based in|home|where|hq|headquarters|lives in)$/, 'be based in'],
  [/^(?:from|origin|hometown|born)$/, 'be from'],
  [/^(?:budget|our budget|my budget|campaign budget|fee|rate|rates)$/, 'have budget'],
  [/^(?:interests?|hobbies|into|passions?|interested in|following)$/, 'be interested in'],
  [/^(?:loves?|likes?|favou?rites?|fan of|obsessions?|obsessed with|current obsessions?)$/, 'love'],
  [/^(?:topics?|niche|content|themes?|covers?|beats?|subjects?|focus|i cover|we cover|about|i talk about|writes about)$/, 'cover'],
  [/^(?:looking for|seeking|wanted|goals?|seeks?|wish list|wants?|needs?|open to|in search of|ideal partners?|dream partners?|dream collabs?)$/, 'look for'],
  [/^(?:products?|sells?|we sell|shop|offers?|stocks?|services)$/, 'sell'],
  [/^(?:makes?|creates?|we make|i make|makes and sells)$/, 'make'],
  [/^(?:avoids?|dislikes?|no-gos?|no gos?|not|never|hard no|won't work with|will not work with|not for us|not for me|boycotts?|exclusions?|no)$/, 'avoid'],
  [/^(?:partners?|clients|collabs?|collaborations?|worked with|past partners?|past collaborations|brand partners|previous partners|works with)$/, 'work with'],
  [/^(?:followers|reach|subscribers|following|readership)$/, 'reach'],
  [/^(?:role|job|occupation|profession|title|i am|kind|type)$/, 'be'],
  [/^(?:ships? to|delivers? to|markets?|regions?|available in|we ship to)$/, 'ship to'],
  [/^(?:values?|believes? in|stands? for|mission)$/, 'value'],
  [/^(?:celebrates?|holidays?)$/, 'celebrate'],
  [/^(?:hosts?|events?)$/, 'host'],
  [/^(?:sponsors|sponsor of)$/, 'sponsor'],
  [/^(?:founded|founder of)$/, 'found'],
  [/^(?:languages?|speaks?)$/, 'speak'],
  [/^(?:platforms?|channels?)$/, 'be on']
]

const PLATFORM = new RegExp(`^(?:${[...PLATFORMS.keys()].join('|')})$`)

const LABELLED = /^([\p{L}][\p{L}' -]{1,24}?)\s*(?::|\s[–—-])\s+(?=\S)/u

/** "Target audience: gamers in Egypt": the label is the predicate. Null where the sentence has none that is known. */
export function labelled (sentence: Sentence, reading: Context): Statement[] | null {
  const match = LABELLED.exec(sentence.text)
  const label = match?.[1]!.toLowerCase() ?? ''
  const platform = PLATFORM.test(label) ? PLATFORMS.get(label) : undefined
  const predicate = platform !== undefined ? 'have' : LABELS.find(([known]) => known.test(label))?.[1]
  if (match === null || predicate === undefined) return null
  const at = sentence.start + match[0].length
  const tokens = tokenise(sentence.text.slice(match[0].length), at, reading.cast.words)
  const whole: Reading = { ...reading, tokens, resolved: new Map() }
  const row = chunks(tokens).flatMap((chunk) => chunk.kind === 'VG' && chunk.to === chunk.from + 1 ? [{ ...chunk, kind: 'NP' as const }] : [chunk])
  const parts = slots(tokens, row, reading.source, true)
  const draft = {
    predicate,
    predicateSpan: { start: sentence.start, end: sentence.start + match[1]!.length },
    polarity: '+' as const,
    modality: predicate === 'look for' ? 'desired' as const : 'certain' as const,
    by: 'label' as const,
    kind: 'fragment' as const,
    beside: platform === undefined ? parts : [...parts, { prep: 'on', items: [{ text: platform, span: { start: at, end: at }, from: 0, to: 0, head: 0, negated: false }] }]
  }
  const items = values(predicate, parts)
  return each([{ name: reading.cast.owner }], draft, items, whole)
}

/** What stands behind a label; a budget has one amount. */
function values (predicate: string, parts: readonly Slot[]): Phrase[] {
  const items = parts.filter((slot) => slot.prep === '' || parts.length === 1).flatMap((slot) => slot.items)
  return predicate === 'have budget' ? items.slice(0, 1) : items
}

const ROLE = /(?:[^m]er|or|ist|ian|eur|ress|ant|man|woman|person|people|fluencer|expert|geek|nerd|addict|pro|host|chef|cook|dad|mum|mom|mother|father|parent|coach|student|founder|brand|studio|company|label|agency|shop|store|podcast|magazine|collective|cafe|café|bakery|brewery|duo|team|band|publisher|startup|start-up|blog|newsletter|channel|nurse|guide|wife|husband|artist|maker|head|director|entrepreneur|enthusiast|ambassador|family|couple|twin|poet|vet|medic|athlete|model|dj|mc|ceo|cto|vlogger|festival|business|charity|nonprofit|non-profit|network|platform|kitchen|farm|marketplace|house|atelier|workshop|club|school|service|app|editor|native|expat|nomad|buff|fanatic|junkie|fan|lover)$|^(?:ex|co|self)-/i
const NOT_ROLE = /^(?:eur|beer|water|paper|weather|summer|winter|leather|flower|butter|ginger|power|order|number|computer|fiber|timber|copper|silver|pepper|outdoor|decor|color|flavor|humor|interior|motor|gender|skincare|theater|culture|river|soccer|poster|letter|container|sneaker|trainer)s?$/i

/** A sentence without a verb: what the owner is, likes, or does not want. */
export function fragment (row: readonly Chunk[], reading: Reading): Statement[] {
  const { tokens, source, cast } = reading
  const parts = slots(tokens, row, source)
  const owner = { name: cast.owner }
  const draft = { polarity: '+' as const, modality: 'certain' as const, by: 'fragment' as const, kind: 'fragment' as const, beside: parts, predicate: 'be' }
  const first = row.find((chunk) => chunk.kind !== 'ADV' && chunk.kind !== ',' && chunk.kind !== 'SIGN')
  if (first === undefined || parts.length === 0) return []
  const denied = row[0]!.kind === 'ADV' && tokens[row[0]!.from]!.tag === 'NOT' ? '-' as const : '+' as const
  const slot = parts[0]!
  const word = tokens[first.from]!.norm.toLowerCase()
  if (first.kind === 'ADJ' && slot.prep !== '') return each([owner], { ...draft, polarity: denied, modality: READINESS.get(word) ?? 'certain', predicate: `be ${word} ${slot.prep}` }, slot.items, reading)
  if (first.kind === 'IN') return each([owner], { ...draft, polarity: denied, predicate: `be ${slot.prep}` }, plain(slot.items), reading)
  if (slot.prep !== '') return []
  const named = slot.items.filter((item) => !cast.names.has(item.text.toLowerCase()) && tokens[item.head]!.tag !== 'PRP')
  return named.flatMap((item) => {
    if (isKind(item, tokens)) return role(owner, draft, item, parts, reading)
    const predicate = sense(item, tokens[item.head]!, parts)
    return predicate === undefined ? [] : each([owner], { ...draft, predicate }, [item], reading)
  })
}

const isKind = (item: Phrase, tokens: readonly Token[]): boolean =>
  !item.negated && (isRole(tokens[item.head]!.norm) || / of (?:\d|two|three|four|five)/.test(item.text))

/** What a thing that is only named has to do with the owner. */
function sense (item: Phrase, head: Token, parts: readonly Slot[]): string | undefined {
  if (item.negated) return 'want'
  if (head.tag === 'CD') return parts.some((slot) => slot.prep === 'on') ? 'have' : undefined
  if (head.tag === 'NNP') return head.name === 'place' ? 'be based in' : 'mention'
  return REACHED.test(head.norm) ? 'have' : 'be interested in'
}

const REACHED = /^(?:followers|subscribers|readers|listeners|viewers)$/i
export const isRole = (word: string): boolean =>
  ROLE.test(word) && !NOT_ROLE.test(word) && (!/[^s]s$/.test(word) || /^(?:news|twins)$/i.test(word)) && (!VERBS.has(word.toLowerCase()) || /^(?:host|cook|coach|guide|label)$/i.test(word))
const plain = (items: readonly Phrase[]): Phrase[] => items.map((item) => ({ ...item, negated: false }))
