import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { ranges } from './crew.js'
import { cut, numbered, ordered, shuffled } from './pairs.js'
import { readPairs } from './read.js'
import { SETTINGS } from './settings.js'
import { evaluateWarm } from './warm.js'

t.test('pairs are read plain or gzipped, each once, in the order of the file', async (t) => {
  const folder = t.testdir({ 'pairs.txt': '7 c a b a\n\n8 b\n7 d\n' })
  writeFileSync(join(folder, 'pairs.txt.gz'), gzipSync('7 c a b a\n8 b\n7 d\n'))
  const plain = numbered(await readPairs(join(folder, 'pairs.txt')))
  t.strictSame([...plain.items.keys()], ['c', 'a', 'b', 'd'])
  t.strictSame([...plain.lists.get('7')!], [0, 1, 2, 3])
  t.strictSame(numbered(await readPairs(join(folder, 'pairs.txt.gz'))), plain)
})

t.test('lines that ascend tell of no order', async (t) => {
  const folder = t.testdir({ sorted: 'a 1 2 3 10 20\nb 2 3 5 8 9\n', told: 'a 3 1 2 20 10\nb 2 9 5 8 3\n' })
  t.equal(ordered(numbered(await readPairs(join(folder, 'sorted')))), false)
  t.equal(ordered(numbered(await readPairs(join(folder, 'told')))), true)
})

t.test('the end of a list is hidden, and something stays', (t) => {
  const { kept, hidden } = cut(new Map([['a', Uint32Array.of(1, 2, 3, 4, 5)], ['b', Uint32Array.of(6)]]), 0.2)
  t.strictSame([[...kept.get('a')!], [...hidden.get('a')!], [...kept.get('b')!], hidden.has('b')], [[1, 2, 3, 4], [5], [6], false])
  const lists = new Map([['a', Uint32Array.from({ length: 50 }, (_, i) => i)]])
  t.strictSame(shuffled(lists, 1), shuffled(lists, 1))
  t.strictSame(shuffled(lists, 1).get('a')!.slice().sort(), lists.get('a'))
  t.end()
})

t.test('work is cut into even ranges that leave nothing out', (t) => {
  t.strictSame(ranges(2, 4, (i) => [5, 1, 2, 2][i]!), [{ first: 0, end: 1 }, { first: 1, end: 4 }])
  t.strictSame(ranges(3, 2, () => 1).map(({ first, end }) => end - first).reduce((sum, n) => sum + n, 0), 2)
  t.end()
})

t.test('an evaluation counts what stands in the first k', async (t) => {
  // Ann and Bob share tea and jam; Bob also has rye and oat, of which Ann will have rye. Cat shares oat with Bob, and Dan has what nobody else has.
  const folder = t.testdir({
    train: 'ann tea jam\nbob jam tea oat rye\ncat oat fig nut tea\ndan ivy\n',
    test: 'ann rye\ncat jam oil\ndan tea\n'
  })
  const files = { train: await readPairs(join(folder, 'train')), test: await readPairs(join(folder, 'test')), hands: 1, fixed: true, settings: { ...SETTINGS, rank: { ...SETTINGS.rank, share: 0 } } }
  const two = await evaluateWarm({ ...files, k: 5 })
  // Ann finds rye (of oat, rye, fig, nut); Cat finds jam but not oil, which nobody had; Dan finds nothing.
  t.equal(two.recall.toFixed(6), ((1 + 1 / 2 + 0) / 3).toFixed(6))
  t.equal(two.users, 3)
  t.ok(two.ndcg > 0 && two.ndcg < 1)
  t.equal(two.coverage, 5 / 8, 'oat, rye, fig and nut for Ann, jam and rye for Cat; of eight items')
  t.strictSame(await evaluateWarm({ ...files, k: 5 }).then(({ recall, ndcg }) => [recall, ndcg]), [two.recall, two.ndcg])
})
