import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { evaluateTask, hiddenCut, startOf, type Task } from './cold.js'
import { evaluateCold, evaluatePairs } from './evaluate.js'
import { meter, topK } from './metrics.js'
import { readFacts, readIds, readPairs } from './read.js'
import { ridge } from './ridge.js'
import { LANES, sparse } from './sparse.js'
import { joined, readItems } from './views.js'

const quiet = () => {}

t.test('recall, NDCG and coverage are those of a brute count', async () => {
  const scores = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 12 })
  fc.assert(fc.property(scores, fc.uniqueArray(fc.nat(11), { minLength: 1 }), fc.integer({ min: 1, max: 15 }), (scores, wanted, k) => {
    const list = scores.map((score, i) => ({ score, i })).sort((a, b) => b.score - a.score || a.i - b.i).slice(0, k).map(({ i }) => i)
    const gain = (places: number[]) => places.reduce((sum, place) => sum + Math.LN2 / Math.log(place + 2), 0)
    const hits = list.flatMap((item, place) => wanted.includes(item) ? [place] : [])
    const best = wanted.slice(0, k).map((_, place) => place)
    const found = meter(k, 12)
    found.add(topK(scores, k), new Set(wanted))
    const { recall, ndcg, coverage, users } = found.figures()
    return recall === hits.length / wanted.length && Math.abs(ndcg - gain(hits) / gain(best)) < 1e-12 && coverage === Math.min(k, 12) / 12 && users === 1
  }))
})

t.test('the regression is the one that the normal equations give', async (t) => {
  // Items (1, 0) and (1, 1), of which the user has the second; λ = 1. X Xᵀ + I = [2 1; 1 3], its inverse [3 −1; −1 2] / 5, so z = (−1, 2) / 5.
  const known = sparse([[[0, 1]], [[0, 1], [1, 1]]], 2)
  const weights = ridge(known, 1, 4)([[1]])
  t.match([weights[0], weights[LANES]].map((weight) => weight!.toFixed(5)), ['0.20000', '0.40000'], 'what all have counts less than what only this one has')
})

const FACTS = [
  'subject,subjectType,predicate,object,objectType',
  'article:a,Content,ABOUT,jazz,Topic', 'article:b,Content,ABOUT,jazz,Topic', 'article:c,Content,ABOUT,chess,Topic', 'article:d,Content,ABOUT,chess,Topic',
  'article:e,Content,ABOUT,fast_chess,Topic', 'article:e,Content,LINKED_TO,article:c,Content', 'article:f,Content,LINKED_TO,article:a,Content'
].join('\n')

/** Ada reads about jazz and bob about chess; b, e and f are hidden. */
function files (dir: string, over: Record<string, string> = {}) {
  const texts: Record<string, string> = { facts: FACTS, train: 'ada a\nbob c d\n', test: 'ada b f\nbob e\n', candidates: 'b\ne\nf\n', ...over }
  const paths = Object.entries(texts).map(([name, text]) => {
    const path = join(dir, `${name}.gz`)
    writeFileSync(path, gzipSync(text))
    return [name, path]
  })
  return Object.fromEntries(paths) as { facts: string, train: string, test: string, candidates: string }
}

t.test('facts become views: attributes, their words, and links both ways', async (t) => {
  const paths = files(t.testdir())
  const items = readItems(await readFacts(paths.facts), await readPairs(paths.train), await readIds(paths.candidates))
  t.strictSame(items.views.map(({ name, evidence }) => [name, evidence]), [['ABOUT', 'attributes'], ['ABOUT (words)', 'attributes'], ['LINKED_TO', 'links']])
  const row = (id: string) => joined(items.views.slice(2), [1], [items.indexOf.get(id)!])
  t.equal(row('c').indices.length, 2, 'c is linked from e, and counts among its own neighbors')
  t.equal(row('d').indices.length, 0, 'd has no link')
})

t.test('what nobody has yet is found by tags, by words of tags and by links', async (t) => {
  const paths = files(t.testdir())
  const request = { ...paths, k: 2, tune: false, apart: true, onProgress: quiet }
  const { figures, apart } = await evaluateCold(request)
  t.match(figures, { recall: 1, ndcg: 1, users: 2 })
  t.equal(apart.attributes?.recall, 0.75, 'the tags say nothing of f, a link does')
  t.strictSame((await evaluateCold(request)).figures, figures, 'the same every time')
})

t.test('the warm walk finds what like-minded people have', async (t) => {
  const { train, test } = files(t.testdir(), { train: 'ada a b\nbob a b c\ncat d e\n', test: 'ada c\n' })
  const { figures } = await evaluatePairs({ train, test, k: 1, validShare: 0.1, tune: false, onProgress: quiet })
  t.match(figures, { recall: 1, ndcg: 1, users: 1 })
  const served = await evaluatePairs({ train, test, k: 1, validShare: 0.1, tune: false, served: true, onProgress: quiet })
  t.strictSame(served.figures, { recall: 1, ndcg: 1, coverage: 0.2, users: 1 }, 'so does what discover serves')
})

t.test('a hidden cut hides a share of the items from everybody', async (t) => {
  const known = (user: number) => Array.from({ length: 10 }, (_, i) => 5 * user + i)
  const task: Task = { users: [0, 1, 2].map((user) => ({ known: known(user), wanted: new Set<number>() })), candidates: [] }
  const cut = hiddenCut(task, { share: 0.2, seed: 3 })
  t.equal(cut.candidates.length, 4)
  t.notOk(cut.users.some(({ known }) => known.some((item) => cut.candidates.includes(item))))
  t.equal(cut.users.reduce((sum, { known, wanted }) => sum + known.length + wanted.size, 0), 30, 'nothing is lost')
})

t.test('what is wrong with a file is said with its line and the way out', async (t) => {
  const dir = t.testdir()
  const cold = (over: Record<string, string>) => evaluateCold({ ...files(dir, over), k: 2, tune: false, apart: false, onProgress: quiet })
  await t.rejects(readPairs(join(dir, 'nowhere')), { code: 'not_found', message: /There is no file ".*nowhere"/ })
  await t.rejects(cold({ train: 'ada a\nbob c,d\n' }), { code: 'invalid_argument', message: /train\.gz:2: "c,d" is not an id/ })
  await t.rejects(cold({ facts: 'subject,predicate,object\narticle:a,ABOUT\n' }), { message: /facts\.gz:2: a fact needs/ })
  await t.rejects(cold({ test: 'eve b\n' }), { message: /user eve is not in the training file/ })
  await t.rejects(cold({ test: 'ada d\n' }), { message: /wants item d, which is not in/ })
  await t.rejects(cold({ train: 'ada a b\nbob c\n', test: 'ada f\n' }), { message: /has item b, which .* hides/ })
  writeFileSync(join(dir, 'broken.gz'), 'this is no gzip')
  await t.rejects(readPairs(join(dir, 'broken.gz')), { code: 'invalid_argument', message: /cannot be read/ })
})

const DATA = '../shared/data/citeulike-a'
t.test('hidden articles: both kinds of evidence beat either alone', { skip: existsSync(DATA) ? false : 'the data is not here' }, async (t) => {
  const [train, test] = await Promise.all([readPairs(`${DATA}/train.txt.gz`), readPairs(`${DATA}/test-cold.txt.gz`)])
  const [facts, hidden] = await Promise.all([readFacts(`${DATA}/facts.csv.gz`), readIds(`${DATA}/cold-items.txt`)])
  const items = readItems(facts, train, hidden)
  const indices = (ids: string[] = []) => ids.map((id) => items.indexOf.get(id)!)
  // An eighth of the users is asked; what the others have is known.
  const users = [...train].map(([user, ids], at) => ({ known: indices(ids), wanted: new Set(at % 8 === 0 ? indices(test.get(user)) : []) }))
  const settings = startOf(items.views)
  const figures = (evidence: string) => evaluateTask(items, { users, candidates: indices(hidden) },
    { ...settings, weights: settings.weights.map((weight, v) => evidence === 'both' || items.views[v]!.evidence === evidence ? weight : 0) }, 20)
  const [tags, links, both] = [await figures('attributes'), await figures('links'), await figures('both')]
  t.ok(both.recall >= 0.41 && both.ndcg >= 0.34, `recall ${both.recall}, NDCG ${both.ndcg}`)
  t.ok(both.recall > tags.recall && tags.recall > links.recall && both.ndcg > tags.ndcg && tags.ndcg > links.ndcg)
})
