import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { EngineError } from '../errors.js'
import { extract, TEXT_MAX, type Why } from './extract.js'
import { explained, openTuples } from './open.js'
import { openReader } from './reader.js'
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

t.test('offsets give the words of the triple back, over the development sentences', { skip: existsSync('../shared/data/domain-dev.jsonl') ? false : 'the data is not here' }, async (t) => {
  const cases = readFileSync('../shared/data/domain-dev.jsonl', 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { text: string, owner: string })
  let checked = 0
  for (const { text, owner } of cases) {
    for (const { object, spans } of extract(text, { owner }).triples) {
      if (object === owner) continue
      const words = text.slice(spans.object.start, spans.object.end).normalize('NFKC').split(/[\s@#]+/)
      t.ok(object.split(/\s+/).some((word) => words.includes(word)), `${object} in "${words.join(' ')}"`)
      checked++
    }
  }
  t.ok(checked > 50)
})

t.test('another language is named, not read; names and English stay', async (t) => {
  const foreign = ['Ich wohne in Berlin und mag Tee.', 'Vivo en Madrid y trabajo con marcas de moda.', 'Je fais des lampes pour les enfants.', 'Ik ben een bakker.', 'Я люблю чай.', 'אני אוהב תה', '我喜欢喝茶']
  for (const text of foreign) t.match(extract(text, { owner }), { triples: [], unmapped: [{ reason: 'not English' }] }, text)
  for (const text of ['I work with Casa de la Playa.', 'We sell La Mer and Los Campos.', 'Vegan chef from São Paulo.', 'I love El Bulli.', "Visit L'Oréal and Le Creuset with me.",
    'Target audience: gen z, office workers.', '12k on Twitch, mostly gen z.', 'Para sport on a budget.', 'Van life dinners: beans, bread.', 'Ready in 5 min.']) {
    t.notMatch(extract(text, { owner }).unmapped, [{ reason: 'not English' }], text)
  }
})

t.test('what stands behind a triple can be asked for', async (t) => {
  const seen: [string, Why][] = []
  extract('I sell teapots that last.', { owner, explain: ({ object }, why) => { seen.push([object, why]) } })
  t.match(seen[0], ['teapots', { parse: /^I\/PRP sell\/VB teapots\/NN/, rule: 'verb in a main clause', confidence: /^0\.85 verb/ }])
  const { tree, tuples } = explained('Rosa painted the ferry .')
  t.match(tree, { tags: ['NNP', 'VBD', 'DT', 'NN', '.'], heads: [1, -1, 3, 1, 1], labels: ['nsubj', 'root', 'det', 'obj', 'punct'] })
  t.match(tuples, [{ rule: 'verb subject near' }])
})

t.test('texts are read in a thread of their own, one after the other, within limits', async (t) => {
  const reader = openReader({ waitingMax: 2 })
  t.teardown(reader.close)
  const [one, two, three] = await Promise.allSettled([reader.extract('I sell tea.', { owner }), reader.extract('I brew tea.', { owner: ' ' }), reader.extract('I love tea.', { owner })])
  t.match(one, { value: extract('I sell tea.', { owner }) })
  t.match(two, { reason: { code: 'invalid_argument' } })
  t.match(three, { reason: { code: 'resource_exhausted' } })
  t.match(await reader.extract('I love tea.', { owner }), { triples: [{ predicate: 'love' }] }, 'room again')
  const hasty = openReader({ timeoutMs: 1 })
  t.teardown(hasty.close)
  await hasty.extract('I love tea.', { owner }) // starting is not counted
  t.match(await hasty.extract('I love tea, and I sell pots to Bo. '.repeat(4_000), { owner }).catch((error: unknown) => error), { code: 'deadline_exceeded' })
  t.match(await hasty.extract('I love tea.', { owner }), { triples: [{ predicate: 'love' }] }, 'the next text gets a new thread')
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
  const inputs = { commas: ','.repeat(10_000), emoji: '🎉'.repeat(5_000), rtl: 'אני אוהב תה '.repeat(500), endless: 'and tea '.repeat(12_500), dots: 'a.b.'.repeat(10_000), verbs: 'I love to want to like '.repeat(90), brackets: '(['.repeat(20_000), labels: 'a: '.repeat(5_000), manyCommas: 'tea, '.repeat(40_000), html: '<div class="a"><p>I love tea</p></div>'.repeat(500), code: 'if (a) { b(c => d[0]) }; '.repeat(800) }
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
