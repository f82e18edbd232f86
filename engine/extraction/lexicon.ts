import { RELATION_OF } from '../../models/vocabulary.js'
import type { Tag } from './tagset.js'

const words = (list: string): string[] => list.trim().split(/\s+/)

const CLASSES: [Tag, string][] = [
  ['DT', 'the a an this that these those every each any some no another either neither both all such half several many few most'],
  ['PRP', 'i you he she it we they me him us them myself yourself himself herself itself ourselves themselves everyone everybody anyone anybody someone somebody noone nobody everything anything something nothing mine ours yours theirs hers one'],
  ['PS', 'my your his her its our their'],
  ['POS', "'s"],
  ['MD', "can could may might must shall should will would 'd 'll"],
  ['NOT', 'not never'],
  ['TO', 'to'],
  ['CC', 'and or but nor plus &'],
  ['SC', 'although though because since if unless until while whereas when whenever where whether once so as than'],
  ['WP', 'who whom whose which what how why'],
  ['IN', 'of in on at by for with without from into onto about over under across through throughout between among amongst during before after against towards toward around within beyond behind beside besides near via per except despite like unlike including upon along alongside inside outside off above below concerning regarding minus'],
  ['RB', 'yes hi hello hey ok okay thanks thank tomorrow yesterday tonight also too very really mostly mainly mostly currently usually often sometimes always now then here there again still just only even almost already ever soon recently nowadays lately primarily especially particularly formerly previously today instead rather quite perhaps maybe probably possibly hardly rarely seldom longer please however therefore moreover meanwhile else once twice sadly happily occasionally simply exclusively largely together ideally hopefully proudly fully truly deeply yet away back out up down'],
  ['VB', 'be am are do have'],
  ['VBZ', 'is does has'],
  ['VBD', 'was were did had'],
  ['VBN', 'been done'],
  ['VBG', 'being doing having']
]

/** Words of one class whatever stands around them. Some ("that", "since", "as") are decided again by the clause. */
export const CLOSED: ReadonlyMap<string, Tag> = new Map(CLASSES.flatMap(([tag, list]) => words(list).map((word) => [word, tag] as const)))

/** Verbs whose forms are not regular: base, past, participle. */
const IRREGULAR = `be was been; have had had; do did done; make made made; write wrote written; shoot shot shot; sell sold sold; run ran run;
  teach taught taught; speak spoke spoken; grow grew grown; eat ate eaten; wear wore worn; lead led led; leave left left; fly flew flown; seek sought sought;
  pay paid paid; draw drew drawn; build built built; find found found; say said said; tell told told; go went gone; come came come; get got got; give gave given;
  take took taken; know knew known; think thought thought; see saw seen; feel felt felt; keep kept kept; begin began begun; become became become; bring brought brought;
  buy bought bought; choose chose chosen; drive drove driven; fall fell fallen; hold held held; meet met met; mean meant meant; put put put; read read read; ride rode ridden;
  send sent sent; set set set; sing sang sung; sit sat sat; sleep slept slept; spend spent spent; stand stood stood; swim swam swum; win won won; lose lost lost; quit quit quit;
  hear heard heard; drink drank drunk; break broke broken; catch caught caught; cut cut cut; understand understood understood; let let let; hit hit hit; show showed shown; sew sewed sewn; knit knitted knitted; weave wove woven`

/** Verbs of profiles beyond the vocabulary; their forms are recognised wherever a verb may stand. */
const MORE = `test edit aim pitch post talk blog vlog work live move travel try want hope plan dream look search refuse stop quit start continue consider help
  need focus specialise specialize train coach study reach grow share tell mentor curate combine document deliver repair restore sponsor co-host co-create co-own co-found
  turn switch swap save bring mix play perform sing dance knit sew garden hike bike cycle climb swim surf stream game photograph illustrate paint
  welcome accept decline dislike hate despise loathe miss appreciate support empower inspire champion celebrate donate give use reuse recycle rescue adopt
  answer believe care expand open close supply source import export distribute roast ferment grind grow harvest farm breed print publish translate edit moderate
  act direct develop code ship invest advise consult serve connect match mend upcycle thrift style dress include involve attract gather appeal skew span range
  fix test count bore visit mill install rent lend ferment decorate forget promise retire find enjoy treat host climb film sketch compare rate taste carry ferment forage solve lend borrow rent print weld carve shape fit build say announce report claim add describe show lead own promise decide expect seem appear remain stay join happen become shy steer`

function forms (base: string, past?: string, participle?: string): string[] {
  const stem = base.endsWith('e') && base !== 'be' ? base.slice(0, -1) : base
  const doubled = /^(?:[^aeiou]*[aeiou][bdgmnpt]|begin|upset|quit|swim|equip)$/.test(base) ? base + base.at(-1) : stem
  const third = /(?:s|x|z|ch|sh|o)$/.test(base) ? base + 'es' : /[^aeiou]y$/.test(base) ? base.slice(0, -1) + 'ies' : base + 's'
  const regular = /[^aeiou]y$/.test(base) ? base.slice(0, -1) + 'ied' : doubled + 'ed'
  return [base, third, doubled + 'ing', past ?? regular, participle ?? past ?? regular]
}

const irregular = new Map(IRREGULAR.split(';').map((entry) => words(entry)).map(([base, past, participle]) => [base!, [past!, participle!]]))
const bases = new Set([...[...RELATION_OF.keys()].map((phrase) => phrase.split(' ')[0]!), ...words(MORE), ...irregular.keys()])

/** Verb form → lemma, for the verbs that profiles use. "found" is the past of find unless it founds something; see `predicate`. */
export const VERBS: ReadonlyMap<string, string> = new Map<string, string>([
  ...[...bases].filter((base) => base !== 'found').flatMap((base) => forms(base, ...(irregular.get(base) ?? [])).map((form) => [form, base] as const)),
  ['founded', 'found'], ['founding', 'found'], ['founds', 'found'], ['cofounded', 'co-found'],
  ['am', 'be'], ['is', 'be'], ['are', 'be'], ['were', 'be'], ['has', 'have'], ['does', 'do'], ['dying', 'die'], ['travelling', 'travel'], ['travelled', 'travel'], ['modelling', 'model'],
  ['focussed', 'focus'], ['focussing', 'focus'], ['embedded', 'embed'], ['starring', 'star'], ['born', 'bear']
])

/** Verbs that only say how the next verb holds: "hopes to partner" is a wish to partner. */
export const WISHES = new Set(words('want hope plan aim dream wish love like look seek need intend aspire long try'))
export const POSSIBLES = new Set(words('consider seem appear'))
export const REFUSALS = new Set(words('refuse decline stop quit avoid cease fail'))
/** Adjectives between "be" and "to V": "be happy to work", "be open to". */
export const READINESS: ReadonlyMap<string, 'desired' | 'possible' | 'certain'> = new Map([
  ...words('keen glad eager excited hoping looking dying ready hungry').map((word) => [word, 'desired'] as const),
  ...words('open willing likely happy available able thinking considering').map((word) => [word, 'possible'] as const),
  ...words('proud going set about used known').map((word) => [word, 'certain'] as const)
])
export const MAYBE = new Set(words('may might could maybe perhaps possibly probably likely'))
export const PARTICLES: ReadonlySet<string> = new Set(words('team:up sign:up set:up grow:up shout:out turn:down give:up pick:up take:on reach:out start:up shy:away steer:clear look:out carry:out'))

/** What one owns is oneself when facts are told of it: "my channel reaches", "our brand sells". */
export const OWNED = new Set(words('channel account page blog studio brand team campaign company business agency shop store startup label feed profile boutique firm collective'))
/** Whom one reaches: "our readers are mostly women". */
export const AUDIENCE = new Set(words('audience followers following community readers readership subscribers viewers listeners fans customers clients base guests members students demographic listenership viewership buyers shoppers'))
export const REACH_UNITS = new Set(words('followers follower subscribers subscriber readers listeners viewers fans members views downloads subs people plays streams customers clients'))
/** Words for a wish when one "is" something: "my dream is a flour made with …". */
export const DREAMS = new Set(words('dream goal wish ideal hope aim ambition'))
/** What one publishes speaks for oneself when it covers something or reaches someone. */
export const OUTLETS = new Set(words('newsletter podcast show magazine column series video videos post posts reels photos content work writing essays stream streams zine zines vlog vlogs films books lessons workshops tutorials posts articles stories recipes'))
export const LANGUAGES = new Set(words('english german french spanish italian portuguese dutch danish swedish norwegian finnish polish czech greek turkish arabic hebrew hindi urdu bengali tamil japanese korean chinese mandarin cantonese vietnamese thai indonesian malay swahili yoruba igbo hausa amharic zulu russian ukrainian romanian hungarian catalan basque welsh irish gaelic estonian latvian lithuanian'))
export const PLATFORMS = new Map(words('TikTok Instagram YouTube Twitch Twitter X Facebook Pinterest LinkedIn Substack Spotify Snapchat Patreon Bluesky Threads Mastodon Discord Medium Etsy Strava Goodreads Letterboxd Telegram Reddit WhatsApp Podcasts')
  .map((name) => [name.toLowerCase(), name] as const))
