import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { openTuples } from './open.js'
import { parse } from './parse/parse.js'
import { carb, domain, readGold, readPredictions } from './score.js'
import { lessons, outOfFold } from './train/confidence.js'
import { accuracy, jackknifed, trainParser, trainTagger } from './train/syntax.js'
import type { Tree } from './train/treebank.js'

const owner = 'Ines Duarte'

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
    ['She sold the mill and bought a boat .', ['She | sold | the mill', 'She | bought | a boat']],
    ['Tom met a baker who lives in Ghent .', ['a baker | lives in | Ghent']],
    ['The prize that Ada won was silver .', ['Ada | won | The prize']],
    ['We visited a house built in 1890 .', ['a house | be built in | 1890']],
    ['They agreed to sell the farm .', ['They | agreed to sell | the farm']],
    ['Lena is a potter from Turin .', ['Lena | is | a potter from Turin']],
    ['Oslo is in Norway .', ['Oslo | is in | Norway']],
    ['Rodin , a French sculptor , lived in Paris .', ['Rodin | be | a French sculptor']],
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

t.test('tagger and parser learn a small treebank by heart, the same each time', async (t) => {
  const tree = (line: string): Tree => {
    const rows = line.split(' ').map((cell) => cell.split('/'))
    const column = (i: number): string[] => rows.map((cells) => cells[i]!)
    return { words: column(0), tags: column(1), heads: column(2).map(Number), labels: column(3) }
  }
  const trees = [
    'Ana/NNP/2/nsubj sells/VBZ/0/root green/JJ/4/amod tea/NN/2/obj', 'Bo/NNP/2/nsubj walks/VBZ/0/root to/IN/4/case Leeds/NNP/2/obl', 'The/DT/2/det tea/NN/4/nsubj:pass was/VBD/4/aux:pass sold/VBN/0/root',
    'She/PRP/2/nsubj knows/VBZ/0/root the/DT/4/det baker/NN/2/obj who/WP/6/nsubj left/VBD/4/acl:relcl'
  ].map(tree)
  const learned = () => {
    const names = (rows: string[][]) => [...new Set(rows.flat())].sort()
    const [tagNames, labelNames] = [names(trees.map(({ tags }) => tags)), names(trees.map(({ labels }) => labels))]
    const { lexicon, model: tags } = trainTagger(trees, tagNames, 12, 10)
    const given = trees.map(({ tags }) => Int32Array.from(tags, (tag) => tagNames.indexOf(tag)))
    t.equal(jackknifed(trees, tagNames, 12, 2, 3).length, trees.length)
    return { tagNames, labelNames, lexicon, tags, ...trainParser(trees, given, labelNames, { tags: 12, moves: 14, labels: 12 }, 20) }
  }
  const one = learned()
  t.same(accuracy(trees, one), { tags: 1, attached: 1, labelled: 1 })
  t.same(learned().moves.weights, one.moves.weights)
})

t.test('a parse is a tree, whatever the words', async (t) => {
  for (const words of [['.'], ['the', 'the', 'the'], '( ( ] 🎉 אני ...'.split(' '), 'Buffalo buffalo Buffalo buffalo'.split(' '), Array.from({ length: 700 }, () => 'and')]) {
    const { heads, tags, low, high } = parse(words)
    t.equal(tags.length, Math.min(500, words.length))
    heads.forEach((head, i) => {
      let at = i
      let steps = 0
      while (at >= 0 && steps <= words.length) {
        at = heads[at]!
        steps++
      }
      t.ok(at === -1 && (head < 0 || (low[head]! <= low[i]! && high[head]! >= high[i]!)), `${words[i]} of ${words.length}`)
    })
  }
})

t.test('cross-validation judges no sentence by what was learned from it', async (t) => {
  const sentences = ['Ana sold the mill .', 'Bo painted the ferry .', 'Cleo left Oslo .', 'Dan found a coin .', 'Eva wrote a book .', 'Finn met the baker .', 'Gus ate the bread .', 'Hal saw a fox .', 'Ida drew a map .', 'Jon won the race .']
  const gold = readGold(sentences.map((sentence) => [sentence, sentence.split(' ')[1], sentence.split(' ')[0], sentence.split(' ').slice(2, -1).join(' ')].join('\t')).join('\n'))
  const options = { trees: 5, leaves: 4, rate: 0.3, least: 1, l2: 1 }
  const taught = lessons(sentences, gold)
  const before = outOfFold(taught, { options })
  const after = outOfFold(taught.map((lesson, i) => i === 0 ? { ...lesson, rows: lesson.rows.map((row) => ({ ...row, target: 0 })) } : lesson), { options })
  const confidences = (predictions: typeof before) => taught.map(({ key }) => predictions.get(key)!.map(({ confidence }) => confidence))
  t.same(confidences(after)[0], confidences(before)[0], 'what is taught of a sentence does not reach its own judgement')
  t.notSame(confidences(after).slice(1), confidences(before).slice(1), 'it reaches the others')
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
