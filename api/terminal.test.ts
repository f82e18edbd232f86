import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import type { Affinity, CitedFact } from '../models/affinity.js'
import type { Triple } from '../models/triple.js'
import { filtersOf } from './commands/match.js'
import { correct } from './commands/onboard.js'
import { paces, progress } from './progress.js'
import { asker, painter, plain, showMatches, showPath, table } from './terminal.js'

const out = (isTTY: boolean, colours: boolean) => Object.assign(new PassThrough(), { isTTY, hasColors: () => colours })
const noPaint = painter(out(false, false))

const fact = (id: string, subject: string, relation: CitedFact['relation'], object: string, sentence = ''): CitedFact =>
  ({ id, subject, relation, lemma: 'praise', says: 'covers', object, polarity: '+', modality: 'certain', confidence: 0.9, source: `${subject}/profile`, sentence })

const SEEKS = fact('f1', 'member:mia', 'SEEKS', 'topic:coffee', 'I look for coffee people.')
const SELLS = fact('f2', 'brand:loma', 'SELLS', 'topic:coffee', 'Loma sells coffee.')

t.test('colour is for terminals that want it', async (t) => {
  t.equal(painter(out(true, true)).bold('x'), '\x1b[1mx\x1b[22m')
  t.equal(painter(out(true, false)).bold('x'), 'x', 'NO_COLOR and dumb terminals: hasColors says no')
  t.equal(painter(out(false, true)).bold('x'), 'x', 'a pipe')
})

t.test('a path is drawn with each arrow as its fact points', async (t) => {
  t.equal(showPath(['member:mia', 'f1', 'topic:coffee', 'f2', 'brand:loma'], [SEEKS, SELLS]),
    'member:mia -SEEKS-> topic:coffee <-SELLS- brand:loma')
  t.equal(showPath(['member:mia', 'f3', 'brand:loma'], [fact('f3', 'member:mia', 'MENTIONS', 'brand:loma')]),
    'member:mia -praise-> brand:loma', 'an open predicate shows its own words')
})

t.test('a match is told with score, parts, reasons, path and sentences', async (t) => {
  const match: Affinity = {
    id: 'brand:loma',
    kind: 'brand',
    name: 'Loma',
    rank: 1,
    score: 1.5,
    confidence: 0.81,
    components: { goal: 2, conflict: -0.5, trend: 0 },
    reasons: [{ term: 'goal', text: 'Mia looks for coffee, and Loma sells it', value: 2, path: ['member:mia', 'f1', 'topic:coffee', 'f2', 'brand:loma'], facts: [SEEKS, SELLS] }],
    warnings: ['works with a competitor']
  }
  t.equal(showMatches([match], noPaint), `
1. Loma (brand, brand:loma)  score 1.500  confidence 0.81
   goal             2.000  ████████████████████
   conflict        -0.500  █████
   + Mia looks for coffee, and Loma sells it [2.000]
     member:mia -SEEKS-> topic:coffee <-SELLS- brand:loma
     "I look for coffee people." member:mia/profile
     "Loma sells coffee." brand:loma/profile
   ! works with a competitor`.slice(1))
  t.match(showMatches([], noPaint), /No one fits yet/)
})

t.test('no text from a profile can steer a terminal', async (t) => {
  t.equal(plain('a\x1b[2Jb\r\nc\u202ed'), 'a [2Jb c d')
  t.equal(table([{ name: 'x\x07y', n: 1 }, { name: 'long name', n: [2] }]), 'name       n\nx y        1\nlong name  [2]')
})

t.test('questions are answered line by line from a pipe too, and the end of input is said', async (t) => {
  const said = new PassThrough()
  const asking = asker(Readable.from(['Mia\n', ' I brew tea. \nlast']), said)
  t.equal(await asking.ask('Name? '), 'Mia')
  t.equal(await asking.ask('What? '), 'I brew tea.')
  t.equal(await asking.ask('More? '), 'last', 'a last line without an end counts')
  t.equal(await asking.ask('More? '), null)
  t.equal(String(said.read()), 'Name? What? More? More? ')
})

t.test('a correction finds its place in the vocabulary anew', async (t) => {
  const triple: Triple = {
    subject: 'Mia',
    predicate: 'make',
    object: 'cofee',
    relation: 'CREATES',
    polarity: '+',
    modality: 'certain',
    confidence: 0.9,
    spans: { sentence: { start: 0, end: 5 }, object: { start: 0, end: 5 } },
    subjectType: 'Member',
    objectType: 'Content'
  }
  t.match(correct(triple, { object: 'coffee' }), { object: 'coffee', relation: 'CREATES', subjectType: 'Member', objectType: undefined })
  t.match(correct(triple, { predicate: 'look for' }), { relation: 'SEEKS', objectType: undefined })
  t.match(correct(triple, { predicate: 'ponder' }), { relation: 'MENTIONS' })
  t.same(correct(triple, {}), triple)
})

t.test('filters are built from name=value as the schema wants them', async (t) => {
  t.same(filtersOf([['industry', 'food'], ['industry', 'drink'], ['followers.min', '1000'], ['budget.currency', 'EUR'], ['budget.maxMinor', '5']]),
    { industry: ['food', 'drink'], followers: { min: 1000 }, budget: { currency: 'EUR', maxMinor: 5 } })
  t.equal(filtersOf(undefined), undefined)
  t.same(Object.keys(filtersOf([['__proto__.x', '1']])!), ['__proto__'])
})

t.test('where there is no terminal, progress is a line each tenth', async (t) => {
  const log = new PassThrough()
  const bar = progress(log)
  for (let done = 0; done <= 100; done++) bar.update('import', done, 100)
  bar.stop()
  t.equal(String(log.read()).trim().split('\n').length, 11)
})

t.test('an import says how fast it is, and how long it still takes', async (t) => {
  let now = 0
  const pace = paces(() => now)
  t.equal(pace({ read: 1_000, bytes: 100, totalBytes: 1_000 }), '1000 rows')
  now = 2_000
  t.equal(pace({ read: 5_000, bytes: 400, totalBytes: 1_000 }), '5000 rows, 2000/s, 4 s left')
  now = 1_000_000
  t.equal(pace({ read: 6_000, bytes: 500, totalBytes: 1_000 }), '6000 rows, 5/s, 21 min left')
})
