import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { EngineError } from '../errors.js'
import { extract, TEXT_MAX } from './extract.js'
import { openTuples } from './open.js'
import { carb, domain, readGold, readPredictions } from './score.js'
import { sentences } from './sentences.js'

const owner = 'Ines Duarte'

/** "subject | predicate | object | polarity modality RELATION", the owner as "=" and what is plain ("+ certain") left out. */
function lines (text: string, who = owner): string[] {
  return extract(text, { owner: who }).triples.map(({ subject, predicate, object, polarity, modality, relation }) =>
    [subject === who ? '=' : subject, predicate, object, [polarity === '-' ? '-' : '', modality === 'certain' ? '' : modality, relation].filter(Boolean).join(' ')].join(' | '))
}

const CONSTRUCTIONS: Record<string, [string, string[]][]> = {
  'who speaks': [
    ['I bake rye bread.', ['= | bake | rye bread | CREATES']],
    ['We sell teapots.', ['= | sell | teapots | SELLS']],
    ['Our studio designs lamps.', ['= | design | lamps | CREATES']],
    ['Ines paints murals.', ['= | paint | murals | CREATES']],
    ['She lives in Porto.', ['= | live in | Porto | LOCATED_IN']],
    ['Covers night trains and ferries.', ['= | cover | night trains | COVERS_TOPIC', '= | cover | ferries | COVERS_TOPIC']],
    ['My newsletter covers urban birds.', ['= | cover | urban birds | COVERS_TOPIC']]
  ],
  negation: [
    ['I do not promote tobacco.', ['= | promote | tobacco | - PROMOTES']],
    ["We don't sell plastic bottles.", ['= | sell | plastic bottles | - SELLS']],
    ['I never work with casinos.', ['= | work with | casinos | - PARTNERED_WITH']],
    ['We no longer sponsor rallies.', ['= | sponsor | rallies | - SPONSORS']],
    ['I used to live in Bergen.', ['= | live in | Bergen | - LOCATED_IN']],
    ['He refuses to advertise payday loans.', ['= | advertise | payday loans | - PROMOTES']],
    ['I stopped reviewing phones.', ['= | review | phones | - COVERS_TOPIC']],
    ['Our soaps contain no perfume.', ['soaps | contain | perfume | - HAS_ATTRIBUTE']],
    ['I love tea, not coffee.', ['= | love | tea | HAS_AFFINITY_WITH', '= | love | coffee | - HAS_AFFINITY_WITH']],
    ['Neither Anna nor Tom covers football.', ['Anna | cover | football | - COVERS_TOPIC', 'Tom | cover | football | - COVERS_TOPIC']],
    ['We publish all genres except horror.', ['= | publish | genres | CREATES', '= | publish | horror | - CREATES']],
    ['No leather, please.', ['= | want | leather | - SEEKS']],
    ['I love climbing; skiing, not so much.', ['= | love | climbing | HAS_AFFINITY_WITH', '= | love | skiing | - HAS_AFFINITY_WITH']]
  ],
  'taken back by what stands around it': [
    ['It is false that I own Quarrix.', ['= | own | Quarrix | - OWNS']],
    ['I doubt that I will work with Quarrix.', ['= | work with | Quarrix | - possible PARTNERED_WITH']],
    ['I wish I worked with Quarrix.', ['= | work with | Quarrix | desired PARTNERED_WITH']],
    ['I almost partnered with Quarrix.', ['= | partner with | Quarrix | - PARTNERED_WITH']],
    ['Rarely do I promote perfumes.', ['= | promote | perfumes | - PROMOTES']],
    ['Supposedly I represent Ana Lund.', ['= | represent | Ana Lund | possible REPRESENTS']],
    ['I work with anyone but Quarrix.', ['= | work with | Quarrix | - PARTNERED_WITH']],
    ['I cannot recommend Quarrix.', ['= | recommend | Quarrix | - MENTIONS']],
    ["I can't recommend Quarrix enough.", ['= | recommend | Quarrix | MENTIONS']]
  ],
  'what only looks like negation': [
    ["I can't stop talking about kimchi.", ['= | talk about | kimchi | COVERS_TOPIC']],
    ["I can't wait to visit Lisbon.", ['= | visit | Lisbon | desired TRAVELS_TO']],
    ['We not only sell bikes.', ['= | sell | bikes | SELLS']]
  ],
  modality: [
    ['I would love to collaborate with Patagonia.', ['= | collaborate with | Patagonia | desired PARTNERED_WITH']],
    ['We hope to launch a podcast.', ['= | launch | podcast | desired CREATES']],
    ['I might visit Oslo.', ['= | visit | Oslo | possible TRAVELS_TO']],
    ['Maybe we will sponsor a choir.', ['= | sponsor | choir | possible SPONSORS']],
    ['If the fee is fair, I will promote cameras.', ['= | promote | cameras | possible PROMOTES']],
    ['We are looking for illustrators.', ['= | look for | illustrators | desired SEEKS']],
    ["I don't want to work with airlines.", ['= | work with | airlines | - desired PARTNERED_WITH']],
    ['I am open to ceramics brands.', ['= | be open to | ceramics brands | possible SEEKS']],
    ['My dream is a studio in Kyoto.', ['= | want | studio | desired SEEKS']]
  ],
  coordination: [
    ['I draw maps in Porto and post about trains.', ['= | draw | maps | CREATES', '= | post about | trains | COVERS_TOPIC']],
    ['We make herbal and fruit teas.', ['= | make | herbal and fruit teas | CREATES']],
    ['Anna and Tom host a quiz.', ['Anna | host | quiz | HOSTS', 'Tom | host | quiz | HOSTS']],
    ['I film, edit and publish travel videos.', ['= | publish | travel videos | CREATES']],
    ['We make skincare and haircare products.', ['= | make | skincare products | CREATES', '= | make | haircare products | CREATES']],
    ['I partnered with Muji, Ecover and Aesop.', ['= | partner with | Muji | PARTNERED_WITH', '= | partner with | Ecover | PARTNERED_WITH', '= | partner with | Aesop | PARTNERED_WITH']],
    ['Our videos cover zines, and I love felt.', ['= | cover | zines | COVERS_TOPIC', '= | love | felt | HAS_AFFINITY_WITH']]
  ],
  passive: [
    ['The Harbour Run is sponsored by Northpeak.', ['Northpeak | sponsor | Harbour Run | SPONSORS']],
    ['I am based in Ghent.', ['= | be based in | Ghent | LOCATED_IN']],
    ['Our bags are made from sails.', ['bags | be made from | sails | HAS_ATTRIBUTE']]
  ],
  'apposition and relatives': [
    ['Ines Duarte, a Lisbon-based potter, teaches evening classes.',
      ['= | be | Lisbon-based potter | IS_A', '= | be based in | Lisbon | LOCATED_IN', '= | teach | evening classes | HOSTS']],
    ['My podcast, Salt Roads, covers fishing towns.',
      ['= | have | Salt Roads | OWNS', 'Salt Roads | be | podcast | IS_A', 'Salt Roads | cover | fishing towns | COVERS_TOPIC']],
    ['Ines Duarte, who grew up in Faro, writes about tides.', ['= | grow up in | Faro | ORIGIN_FROM', '= | write about | tides | COVERS_TOPIC']],
    ['I am a baker from Turin.', ['= | be | baker | IS_A', '= | be from | Turin | ORIGIN_FROM']]
  ],
  labels: [
    ['Audience: women 25-34 in Berlin', ['= | target | women 25-34 in Berlin | TARGETS_AUDIENCE']],
    ['Location: Leeds', ['= | be based in | Leeds | LOCATED_IN']],
    ['Budget: 5,000 EUR', ['= | have budget | 5,000 EUR | HAS_BUDGET']],
    ['Topics: felt, dyeing and wool', ['= | cover | felt | COVERS_TOPIC', '= | cover | dyeing | COVERS_TOPIC', '= | cover | wool | COVERS_TOPIC']]
  ],
  fragments: [
    ['Vegan chef from Hanoi.', ['= | be | Vegan chef | IS_A', '= | be from | Hanoi | ORIGIN_FROM']],
    ['Based in Leeds. Dad of two.', ['= | be based in | Leeds | LOCATED_IN', '= | be | Dad of two | IS_A']],
    ['Looking for creators who talk about slow travel.', ['= | look for | creators | desired SEEKS', 'creators | talk about | slow travel | COVERS_TOPIC']]
  ],
  'pronouns for things': [
    ['We make refillable soap and sell it across Scandinavia.', ['= | make | refillable soap | CREATES', '= | sell | refillable soap | SELLS', '= | sell across | Scandinavia | SERVES_REGION']]
  ]
}

for (const [construction, cases] of Object.entries(CONSTRUCTIONS)) {
  t.test(construction, async (t) => {
    for (const [text, expected] of cases) {
      const found = lines(text)
      for (const line of expected) t.ok(found.includes(line), `${text} → ${line}`, { found })
    }
  })
}

t.test('a denied or merely possible fact never comes out plain', async (t) => {
  const denied = ['I never eat meat.', "We don't ship to Norway.", 'I no longer cover cars.', 'Not into crypto.', 'We do not and will not test on animals.', 'He is not a chef.',
    'I have never worked with Nike.', 'No gambling brands.', 'Pod machines: no thanks.', 'We paint without using plastic.', 'I quit writing for tabloids.', 'None of our shoes contain leather.']
  for (const text of denied) {
    const { triples } = extract(text, { owner })
    t.ok(triples.length > 0, text)
    for (const { polarity, predicate, object } of triples.filter(({ predicate }) => predicate !== 'paint')) t.equal(polarity, '-', `${text} → ${predicate} ${object}`)
  }
  const open = ['I may visit Rome.', 'I could imagine working with Muji.', 'I would be glad to host a fair.', 'We sell masks, provided that you pay.', 'Perhaps I love jazz.', 'We could host a fair.', 'If you pay well, we sell masks.', 'I want to live in Rome.', 'Rumour has it that we sponsor Ajax.']
  for (const text of open) {
    const { triples } = extract(text, { owner })
    t.ok(triples.length > 0, text)
    for (const { modality, predicate, object } of triples) t.not(modality, 'certain', `${text} → ${predicate} ${object}`)
  }
})

t.test('"I avoid brands that …" says nothing against brands', async (t) => {
  const { triples, unmapped } = extract('I avoid brands that hide their prices.', { owner })
  t.notOk(triples.some(({ object }) => object === 'brands'))
  t.match(unmapped, [{ object: 'brands', reason: 'holds only for some' }])
})

t.test('numbers, money and dates become properties', async (t) => {
  const one = (text: string) => extract(text, { owner }).triples[0]
  t.match(one('My channel reaches 50k followers on TikTok.')?.properties, { count: 50_000, unit: 'followers', platform: 'TikTok' })
  t.match(one('I have 1.2 million subscribers on YouTube.')?.properties, { count: 1_200_000, unit: 'subscribers', platform: 'YouTube' })
  t.match(one('We need creators with 10k to 50k followers.')?.properties, { countMin: 10_000, countMax: 50_000, unit: 'followers' })
  t.match(one('Instagram: 18k')?.properties, { count: 18_000, platform: 'Instagram' })
  t.match(one('Budget: $3,000')?.properties, { amountMinor: 300_000, currency: 'USD' })
  t.match(one('Our budget: £2.5k')?.properties, { amountMinor: 250_000, currency: 'GBP' })
  t.match(one('I have hosted a quiz since 2019.'), { object: 'quiz', validFrom: '2019-01-01' })
})

t.test('a name is a brand, a kind of thing a topic, a place a place', async (t) => {
  const type = (text: string) => extract(text, { owner }).triples[0]?.objectType
  t.equal(type('I work with Patagonia.'), 'Brand')
  t.equal(type('I work with sustainable fashion labels.'), 'Topic')
  t.equal(type('I live in Leeds.'), 'Place')
  t.equal(type('We target students.'), 'Demographic')
  t.equal(type('I record a podcast.'), 'Content')
  t.equal(type('We brew cider.'), 'Product')
  t.equal(type('We host a book fair.'), 'Event')
})

t.test('strict mode rejects what the vocabulary does not know, lenient mode keeps it as a mention', async (t) => {
  const text = 'I juggle flaming torches. Do you? I love tea.'
  const lenient = extract(text, { owner, mode: 'lenient' })
  t.match(lenient.triples, [{ predicate: 'juggle', relation: 'MENTIONS' }, { predicate: 'love' }])
  t.match(lenient.unmapped, [{ reason: 'question' }])
  const strict = extract(text, { owner, mode: 'strict' })
  t.match(strict.triples, [{ predicate: 'love' }])
  t.match(strict.unmapped, [{ predicate: 'juggle', reason: '"juggle" is not in the vocabulary' }, { reason: 'question' }])
})

t.test('sentences end at stops, lines, bullets and emoji, not at abbreviations', async (t) => {
  const text = 'I met Dr. Osei in St. Ives, e.g. for tea. Then home!\nVegan chef | Leeds 🌱 dad • runner'
  t.same(sentences(text).map((one) => one.text), ['I met Dr. Osei in St. Ives, e.g. for tea.', 'Then home!', 'Vegan chef |', 'Leeds 🌱', 'dad •', 'runner'])
})

const word = fc.oneof(
  fc.constantFrom('I', 'we', 'love', 'sell', "don't", 'and', 'with', 'Berlin', 'tea', ',', '.', 'who', 'is', 'made', 'by', 'to', 'want', '50k', 'followers', 'no', 'longer', '#tag', '@me.x', "Ana's", ':', ';', '\n', '🎉', '“', 'über', 'the'),
  fc.string({ unit: 'grapheme', maxLength: 8 })
)
const prose = fc.array(word, { maxLength: 40 }).map((words) => words.join(' '))

t.test('offsets point at the words, in any text', async (t) => {
  fc.assert(fc.property(prose, (text) => {
    const { triples, sentences } = extract(text, { owner })
    for (const { start, end, text: sentence } of sentences) if (text.slice(start, end) !== sentence) return false
    const said = (object: string) => object === owner || object.split(/\s+/).every((word) => text.normalize('NFKC').includes(word))
    return triples.every(({ object, confidence, spans }) =>
      Object.values(spans).every(({ start, end }) => start >= spans.sentence.start && end <= spans.sentence.end && start < end) &&
      confidence > 0 && confidence < 1 && said(object))
  }), { numRuns: 300 })
  const text = 'In brief: Ana’s café, “Maré”, sells 🐟 soup. I’m from Évora.'
  const [first] = extract(text, { owner }).triples.filter(({ predicate }) => predicate === 'be from')
  t.equal(text.slice(first!.spans.object.start, first!.spans.object.end), 'Évora')
  t.equal(text.slice(first!.spans.subject!.start, first!.spans.subject!.end), 'I')
  t.equal(text.slice(first!.spans.predicate!.start, first!.spans.predicate!.end), '’m')
})

t.test('the same text gives the same triples, whatever was read before', async (t) => {
  const text = 'She never sells ivory. It is made by Oakline, and they love it.'
  const before = extract(text, { owner })
  extract('Oakline hates everything. They left.', { owner: 'Someone Else' })
  t.same(extract(text, { owner }), before)
})

function refusal (text: string, owner: string): string | undefined {
  try {
    extract(text, { owner })
  } catch (error) {
    return error instanceof EngineError ? error.code : 'another error'
  }
}

t.test('hostile input is bounded', async (t) => {
  const inputs = { commas: ','.repeat(10_000), emoji: '🎉'.repeat(5_000), rtl: 'אני אוהב תה '.repeat(500), endless: 'and tea '.repeat(12_500), dots: 'a.b.'.repeat(10_000), verbs: 'I love to want to like '.repeat(90), brackets: '(['.repeat(20_000), labels: 'a: '.repeat(5_000) }
  for (const [name, text] of Object.entries(inputs)) {
    const start = performance.now()
    extract(text, { owner })
    openTuples(text.slice(0, 20_000))
    t.ok(performance.now() - start < 5_000, `${name} in ${Math.round(performance.now() - start)} ms`)
  }
  t.match(extract('and tea '.repeat(12_500), { owner }).unmapped, [{ reason: /^too long/ }])
  t.equal(refusal('x'.repeat(TEXT_MAX + 1), owner), 'invalid_argument')
  t.equal(refusal('I love tea.', ' '), 'invalid_argument')
})

const said = (sentence: string) => openTuples(sentence).map(({ arg1, predicate, arg2 }) => `${arg1} | ${predicate} | ${arg2}`)

t.test('open tuples are made of the sentence\'s own tokens, surest first', async (t) => {
  t.match(openTuples("The choir was n't founded in 1990 by Anna 's sister ."), [{ arg1: 'The choir', predicate: "was n't founded in", arg2: "1990 by Anna 's sister" }])
  const sentence = 'He served as mayor of Ghent -LRB- Belgium -RRB- and , in 1950 , became a judge .'
  const known = new Set(sentence.split(' '))
  const tuples = openTuples(sentence)
  for (const { predicate, arg1, arg2 } of tuples) {
    for (const token of `${arg1} ${arg2}`.split(' ')) t.ok(known.has(token), token)
    const [first, ...rest] = predicate.split(' ')
    for (const token of first === 'be' || first === 'has' ? rest : [first!, ...rest]) t.ok(known.has(token), token)
  }
  const confidences = tuples.map(({ confidence }) => confidence)
  t.same(confidences, [...confidences].sort((a, b) => b - a))
  t.same(openTuples(''), [])
})

t.test('open extraction reads each construction', async (t) => {
  const cases: [string, string[]][] = [
    ['Rosa painted the ferry .', ['Rosa | painted | the ferry']],
    ['The bridge was built by monks .', ['The bridge | was built by | monks']],
    ['Ana sells tea and repairs bicycles .', ['Ana | sells | tea', 'Ana | repairs | bicycles']],
    ['Tom met a baker who lives in Ghent .', ['a baker | lives in | Ghent']],
    ['The prize that Ada won was silver .', ['Ada | won | The prize']],
    ['Mills built in 1890 still stand .', ['Mills | be built in | 1890']],
    ['They agreed to sell the farm .', ['They | agreed to sell | the farm']],
    ['Lena is a potter from Turin .', ['Lena | is | a potter from Turin']],
    ['Oslo is in Norway .', ['Oslo | is in | Norway']],
    ['Lena Frey , the founder of Tonwerk , teaches evening classes .', ['Lena Frey | be | the founder of Tonwerk']],
    ["The museum displays Rodin 's sculptures .", ['Rodin | has | sculptures']],
    ['In 1950 he moved to Bergen .', ['he | moved In | 1950', 'he | moved to | Bergen']]
  ]
  for (const [sentence, expected] of cases) for (const tuple of expected) t.ok(said(sentence).includes(tuple), `${sentence} → ${tuple}`, { found: said(sentence) })
})

t.test('scores are worked out by hand', async (t) => {
  const gold = readGold('Ana sells tea .\tsells\tAna\ttea\n')
  // Four of five predicted words match, and all three of gold.
  const { precision, recall, auc } = carb(gold, readPredictions('Ana sells tea .\t0.9\tsells\tAna\tgreen tea\n'))
  t.equal(precision, 0.75)
  t.equal(recall, 1)
  t.equal(auc, 0.875)
  const fact = { subject: owner, predicate: 'work with', object: 'the mills', polarity: '+', modality: 'certain' } as const
  const cases = [{ text: '', owner, triples: [fact, { ...fact, object: 'bakers' }] }]
  t.match(domain(cases, [[{ ...fact, object: 'mills' }, { ...fact, object: 'bakers', polarity: '-' as const }]], 'strict'), { precision: 0.5, recall: 0.5, f1: 0.5 })
})

const DATA = '../shared/data'
t.test('the scorer gives the peers their known figures', { skip: existsSync(`${DATA}/carb-dev/gold.tsv`) ? false : 'the data is not here' }, async (t) => {
  const read = (file: string) => readFileSync(`${DATA}/carb-dev/${file}`, 'utf8')
  const gold = readGold(read('gold.tsv'))
  const figures = (peer: string) => {
    const { precision, recall, f1, auc } = carb(gold, readPredictions(read(`peer-${peer}.tab`)))
    return [precision, recall, f1, auc].map((figure) => figure.toFixed(3))
  }
  t.same(figures('openie5'), ['0.526', '0.406', '0.458', '0.240'])
  t.same(figures('minie-safe'), ['0.381', '0.375', '0.378', '0.259'])
  t.same(figures('corenlp-openie'), ['0.170', '0.242', '0.200', '0.142'])
})
