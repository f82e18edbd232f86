/**
 * The closed vocabulary: every label and relationship type the graph may hold. Input never names one directly;
 * it is looked up here, so no text can reach Cypher as a label or a type.
 */

/** Node labels, in the order in which a name that fits several is resolved. All nodes also carry the base label `Entity`. */
export const LABELS = ['Member', 'Brand', 'Trend', 'Demographic', 'Place', 'Content', 'Product', 'Event', 'Topic', 'Item', 'Amount'] as const
export type Label = typeof LABELS[number]

/** What a relation means: its open predicates (lemma phrases), the label its object gets by default, and its words in a reason. */
interface RelationMeaning { lemmas: readonly string[], object: Label, says: string }

const meaning = (object: Label, says: string, lemmas: string): RelationMeaning =>
  ({ object, says, lemmas: lemmas === '' ? [] : lemmas.split(', ') })

export const VOCABULARY = {
  CREATES: meaning('Content', 'creates', 'create, make, produce, design, write, publish, record, shoot, film, brew, launch, paint, build, craft, bake, cook, compose, draw, brew, roast, sew, knit, weave, illustrate, photograph, print, edit'),
  FOUNDED: meaning('Brand', 'founded', 'found, co-found, start, be founder of, set up'),
  OWNS: meaning('Brand', 'owns', 'own, run, operate'),
  SELLS: meaning('Product', 'sells', 'sell, offer, stock, ship'),
  COVERS_TOPIC: meaning('Topic', 'covers', 'cover, review, teach, post about, write about, talk about, vlog about, interview, explain, blog about, make video about, speak about, test, document'),
  INTERESTED_IN: meaning('Topic', 'is interested in', 'be interested in, be into, follow, be curious about, explore, care about, study, repair, restore, mend'),
  HAS_AFFINITY_WITH: meaning('Topic', 'likes', 'love, like, adore, prefer, enjoy, wear, use, eat, collect, be obsessed with, be happy with, be passionate about, be fan of, believe in, value, trust, admire, play'),
  AVOIDS: meaning('Topic', 'avoids', 'avoid, boycott, turn down, reject, skip, dislike, hate, refuse, decline, steer clear of, shy away from'),
  BLOCKS: meaning('Member', 'blocks', 'block'),
  PARTNERED_WITH: meaning('Brand', 'works with', 'partner with, collaborate with, work with, team up with, sign with, be ambassador of, invite'),
  SPONSORS: meaning('Event', 'sponsors', 'sponsor, fund, back, present, support'),
  PROMOTES: meaning('Brand', 'promotes', 'promote, advertise, endorse, feature, shout out'),
  REPRESENTS: meaning('Member', 'represents', 'represent, manage'),
  WORKS_FOR: meaning('Brand', 'works for', 'work at, work for, write for, join, lead, leave'),
  PART_OF: meaning('Brand', 'is part of', 'acquire, merge with, belong to, be subsidiary of, be part of'),
  TARGETS_AUDIENCE: meaning('Demographic', 'speaks to', 'target, be for, aim at, cater to, serve, speak to'),
  REACHES: meaning('Demographic', 'reaches', 'reach'),
  LOCATED_IN: meaning('Place', 'is based in', 'be based in, live in, be in, be located in, work in, be raised in'),
  ORIGIN_FROM: meaning('Place', 'comes from', 'be from, grow up in, be born in'),
  TRAVELS_TO: meaning('Place', 'travels to', 'move to, relocate to, fly to, visit, travel to'),
  SERVES_REGION: meaning('Place', 'serves', 'ship to, deliver to, be available in, sell in, sell across, ship across'),
  IS_A: meaning('Topic', 'is', 'be, become, work as'),
  HOSTS: meaning('Event', 'hosts', 'host, organise, organize'),
  SPEAKS_AT: meaning('Event', 'speaks at', 'speak at, perform at, appear at'),
  CELEBRATES: meaning('Topic', 'celebrates', 'celebrate, observe, mark, honour, honor'),
  SEEKS: meaning('Topic', 'looks for', 'look for, seek, need, want, hire, search for, be open to, welcome, hope for, dream of'),
  HAS_ATTRIBUTE: meaning('Topic', 'has', 'contain, be made from, be made in, be made of, test on, be edited with'),
  HAS_BUDGET: meaning('Amount', 'has a budget of', 'have budget, pay'),
  ABOUT: meaning('Topic', 'is about', 'be about'),
  LINKED_TO: meaning('Content', 'links to', 'link to, cite'),
  MENTIONS: meaning('Topic', 'mentions', '')
} as const satisfies Record<string, RelationMeaning>

export type Relation = keyof typeof VOCABULARY
export const RELATIONS = Object.keys(VOCABULARY) as Relation[]

/** Open predicate (lemma phrase) → relation; an unmapped one is MENTIONS or, in strict mode, rejected. */
export const RELATION_OF: ReadonlyMap<string, Relation> = new Map(
  RELATIONS.flatMap((relation) => VOCABULARY[relation].lemmas.map((lemma) => [lemma, relation] as const))
)

export const isLabel = (text: string): text is Label => (LABELS as readonly string[]).includes(text)
export const isRelation = (text: string): text is Relation => Object.hasOwn(VOCABULARY, text)

/** The kind of an entity in requests and answers: its label in lower case (`member`, `brand`, …). */
export const KINDS = LABELS.map((label) => label.toLowerCase()) as Lowercase<Label>[]
export type Kind = Lowercase<Label>
const LABEL_OF_KIND: ReadonlyMap<string, Label> = new Map(LABELS.map((label) => [label.toLowerCase(), label]))
export const labelOfKind = (kind: string): Label | undefined => LABEL_OF_KIND.get(kind)
export const kindOf = (label: Label): Kind => label.toLowerCase() as Kind
