import type { FactProperties } from '../../models/triple.js'
import { RELATION_OF, VOCABULARY, type Label, type Relation } from '../../models/vocabulary.js'
import { LANGUAGES, PLATFORMS, REACH_UNITS } from './lexicon.js'
import { counted, money } from './numbers.js'
import type { Statement } from './statements.js'

export interface Related { relation: Relation, objectType: Label | undefined, properties: FactProperties | undefined }

/** The place of a statement in the vocabulary; undefined where its predicate has none. */
export function relate (statement: Statement): Related | undefined {
  const relation = relationOf(statement)
  if (relation === undefined) return undefined
  const beside = statement.beside.map((slot) => slot.items.map((item) => item.text).join(' ')).join(' ')
  const properties = relation === 'HAS_BUDGET' ? money(statement.object) : relation === 'REACHES' || relation === 'SEEKS' ? counted(statement.object, beside) : undefined
  return { relation, objectType: objectType(relation, statement), properties }
}

const noun = (statement: Statement): string => (statement.object.split(/ (?:of|with|for|in|about|aged|from) /)[0]!.split(' ').at(-1) ?? '').toLowerCase()
const isName = ({ head, object }: Statement): boolean => head === undefined ? /^\p{Lu}/u.test(object) : head.tag === 'NNP'

const ORGANISATION = /^(?:brand|studio|company|label|shop|agency|business|collective|store|startup|start-up|charity|publisher|bakery|brewery|café|cafe|restaurant|school|club|foundation|firm|press|cooperative|co-op|ltd|inc|media|group|lab|labs|house|atelier|marketplace|nonprofit)(?:e?s)?$/
const EVENT = /^(?:workshop|festival|meet-?up|retreat|class|event|conference|market|fair|supper|dinner|night|gig|concert|show|race|marathon|hackathon|camp|course|session|webinar|exhibition|tour|party|swap|summit|series|cup|awards?|club|con|expo|livestream|stream)(?:e?s)?$/
const MEDIA = /^(?:podcast|video|film|book|blog|music|series|newsletter|photo|song|magazine|documentar(?:y|ie)|vlog|reel|short|tutorial|article|stor(?:y|ie)|essay|column|zine|content|channel|game|album|show|track|recipe|guide|comic|novel|poem|episode|post|review|illustration|print|painting|photograph|photography|portrait|account|page|stream|livestream|animation|art|zines|playlist|picture|movie)s?$/
const PEOPLE = /^(?:women|men|people|parents?|mothers?|fathers?|mums?|moms?|dads?|students?|gamers?|teens?|teenagers?|kids?|children|families|runners?|cyclists?|beginners?|professionals?|millennials?|readers?|listeners?|viewers?|followers?|subscribers?|travell?ers?|hikers?|gen|z|adults?|creators?|fans?|lovers?|girls?|boys?|freelancers?|cooks?|gardeners?|owners?|commuters?|graduates?|pensioners?|retirees|seniors?|couples?|enthusiasts?)$/
const SPORT = /^(?:marathons?|races?|10ks?|ultras?|half-marathons?)$/

type Special = (statement: Statement, noun: string) => Relation | undefined

const wish: Special = (statement) => statement.modality === 'desired' ? 'SEEKS' : undefined
const platform = ({ object, beside }: Statement): boolean => /^\d/.test(object) && beside.some((slot) => slot.prep === 'on' && PLATFORMS.has(slot.items[0]?.text.toLowerCase() ?? ''))
/** "write essays about", "speak about": whatever is said about it is covered. */
const ABOUT = /^(?:make|write|film|record|shoot|produce|create|publish|post|speak|talk|vlog|blog|teach|do|draw|host|run|share) (?:\S+ )?about$/

/** Where the object decides what the verb means. */
const SPECIAL = new Map<string, Special>(Object.entries<Special>({
  have: (statement, noun) => REACH_UNITS.has(noun) || platform(statement) ? 'REACHES' : statement.by === 'apposition' ? 'OWNS' : ORGANISATION.test(noun) || /^(?:channel|account)$/.test(noun) ? 'OWNS' : undefined,
  grow: (_, noun) => REACH_UNITS.has(noun) ? 'REACHES' : undefined,
  start: (statement, noun) => isName(statement) || ORGANISATION.test(noun) ? 'FOUNDED' : 'CREATES',
  launch: (statement, noun) => ORGANISATION.test(noun) ? 'FOUNDED' : 'CREATES',
  found: () => 'FOUNDED',
  run: (_, noun) => SPORT.test(noun) ? 'HAS_AFFINITY_WITH' : EVENT.test(noun) ? 'HOSTS' : 'OWNS',
  present: (_, noun) => MEDIA.test(noun) ? 'HOSTS' : 'SPONSORS',
  lead: (_, noun) => EVENT.test(noun) ? 'HOSTS' : 'WORKS_FOR',
  teach: (_, noun) => EVENT.test(noun) ? 'HOSTS' : 'COVERS_TOPIC',
  serve: (statement) => isPlace(statement) ? 'SERVES_REGION' : 'TARGETS_AUDIENCE',
  manage: (_, noun) => ORGANISATION.test(noun) ? 'WORKS_FOR' : 'REPRESENTS',
  consider: (statement) => isName(statement) || ORGANISATION.test(noun(statement)) || /^(?:creator|partner|influencer)s?$/.test(noun(statement)) ? 'SEEKS' : undefined,
  'work in': (statement) => isName(statement) ? 'LOCATED_IN' : 'INTERESTED_IN',
  'be in': (statement) => isName(statement) ? 'LOCATED_IN' : undefined,
  'live in': (statement) => isName(statement) ? 'LOCATED_IN' : undefined,
  be: (statement) => statement.head?.tag === 'JJ' || /^VB[GND]/.test(statement.head?.tag ?? '') ? 'HAS_ATTRIBUTE' : statement.head?.tag === 'CD' ? undefined : 'IS_A',
  do: (statement) => statement.polarity === '-' ? 'INTERESTED_IN' : undefined,
  pay: ({ object }) => money(object) === undefined ? undefined : 'HAS_BUDGET',
  find: wish,
  meet: wish
}))

function relationOf (statement: Statement): Relation | undefined {
  const special = SPECIAL.get(statement.predicate)
  if (special !== undefined) return special(statement, noun(statement))
  return ABOUT.test(statement.predicate) ? 'COVERS_TOPIC' : RELATION_OF.get(statement.predicate)
}

const isPlace = (statement: Statement): boolean => isName(statement) && /^(?:across|in|throughout)$/.test(statement.predicate.split(' ').at(-1)!)

type Typing = (statement: Statement, noun: string, isName: boolean) => Label

const thing: Typing = (_, noun, isName) => MEDIA.test(noun) ? 'Content' : EVENT.test(noun) && !isName ? 'Event' : isName ? 'Brand' : 'Topic'

/** The label of the object where the relation leaves a choice; elsewhere it is the vocabulary's. */
const TYPES: Partial<Record<Relation, Typing>> = {
  CREATES: (_, noun, isName) => MEDIA.test(noun) || isName ? 'Content' : EVENT.test(noun) ? 'Event' : 'Product',
  OWNS: (_, noun) => MEDIA.test(noun) ? 'Content' : 'Brand',
  HAS_AFFINITY_WITH: thing,
  INTERESTED_IN: thing,
  COVERS_TOPIC: (_, noun, isName) => PEOPLE.test(noun) ? 'Demographic' : isName ? 'Brand' : 'Topic',
  AVOIDS: (_, noun, isName) => isName ? 'Brand' : 'Topic',
  PARTNERED_WITH: (_, __, isName) => isName ? 'Brand' : 'Topic',
  PROMOTES: (_, __, isName) => isName ? 'Brand' : 'Topic',
  SPONSORS: (_, noun, isName) => EVENT.test(noun) ? 'Event' : MEDIA.test(noun) ? 'Content' : isName ? 'Event' : 'Topic',
  REPRESENTS: (_, __, isName) => isName ? 'Member' : 'Topic',
  WORKS_FOR: (_, __, isName) => isName ? 'Brand' : 'Topic',
  PART_OF: (_, __, isName) => isName ? 'Brand' : 'Topic',
  HOSTS: (_, noun) => MEDIA.test(noun) && !/^(?:show|series|stream)s?$/.test(noun) ? 'Content' : 'Event',
  SEEKS: (_, noun, isName) => isName ? 'Brand' : PEOPLE.test(noun) && !/^creators?$/.test(noun) ? 'Demographic' : 'Topic',
  FOUNDED: (_, noun) => MEDIA.test(noun) ? 'Content' : EVENT.test(noun) ? 'Event' : 'Brand',
  TRAVELS_TO: (_, __, isName) => isName ? 'Place' : 'Topic',
  MENTIONS: (_, noun, isName) => isName ? 'Brand' : 'Topic'
}

/** Relations whose object may be a person or a place as well as a brand. */
const NAMED = new Set<Relation>(['HAS_AFFINITY_WITH', 'INTERESTED_IN', 'AVOIDS', 'PARTNERED_WITH', 'SEEKS', 'REPRESENTS', 'MENTIONS', 'COVERS_TOPIC', 'PROMOTES'])

function objectType (relation: Relation, statement: Statement): Label {
  const choose = TYPES[relation]
  const name = statement.head?.tag === 'NNP' ? statement.head.name : undefined
  if (LANGUAGES.has(statement.object.toLowerCase())) return 'Topic'
  if (name !== undefined && NAMED.has(relation)) return name === 'place' ? 'Place' : 'Member'
  return choose === undefined ? VOCABULARY[relation].object : choose(statement, noun(statement), isName(statement))
}

export const mentionType = (statement: Statement): Label => objectType('MENTIONS', statement)
