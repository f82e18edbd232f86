import fc from 'fast-check'
import { existsSync } from 'node:fs'
import fsp from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../config.js'
import { openEmbedder, type Embedder } from './embed.js'
import { exactSpace } from './exact.js'
import { hnswSpace, loadHnswlib } from './hnsw.js'
import { hashedEmbedding } from './hashed.js'
import { TopK, type VectorSpace } from './space.js'
import { openStoredSpace } from './stored-space.js'
import { openIndex, type EntityTexts, type Index, type TextSource } from './vector-index.js'
import { generator as random } from '../../test/chance.js'

const hnswlib = await loadHnswlib()
const kinds: Record<string, (dimension: number) => Promise<VectorSpace>> = {
  exact: async (dimension) => exactSpace(dimension),
  ...(hnswlib && { hnsw: async (dimension) => hnswSpace(hnswlib, dimension, undefined, { exactBelow: 1 }) })
}

for (const [kind, make] of Object.entries(kinds)) {
  t.test(kind, async (t) => {
    t.test('finds the nearest, best first', async (t) => {
      const space = await make(2)
      space.add('east', vector(1, 0))
      space.add('north-east', vector(5, 5))
      space.add('north', vector(0, 1))
      space.add('west', vector(-1, 0))
      await space.settle()
      const hits = space.search(vector(1, 0.1), 3)
      t.same(hits.map(({ id }) => id), ['east', 'north-east', 'north'])
      t.equal(hits[1]?.similarity.toFixed(4), '0.7740') // (1 + .1) / (√2 · √1.01)
      t.same(space.similarity(vector(2, 0), ['west', 'nobody']), new Map([['west', -1]]))
    })

    t.test('ties break by id, whatever the order of adding', async (t) => {
      const space = await make(2)
      for (const id of ['c', 'a', 'e', 'b', 'd']) space.add(id, vector(1, 1))
      await space.settle()
      t.same(space.search(vector(1, 0), 3).map(({ id }) => id), ['a', 'b', 'c'])
    })

    t.test('k: none, more than there are, and no whole number', async (t) => {
      const space = await make(2)
      t.same(space.search(vector(1, 0), 5), [], 'an empty space')
      space.add('a', vector(1, 0))
      space.add('b', vector(0, 1))
      await space.settle()
      t.same(space.search(vector(1, 0), 0), [])
      t.equal(space.search(vector(1, 0), 1_000_000).length, 2)
      for (const k of [-1, 1.5, NaN, Infinity]) t.throws(() => space.search(vector(1, 0), k), RangeError, `k = ${k}`)
    })

    t.test('a hostile vector is refused and changes nothing', async (t) => {
      const space = await make(2)
      space.add('a', vector(1, 0))
      for (const [what, bad] of Object.entries({
        'too short': vector(1), 'too long': vector(1, 0, 0), NaN: vector(NaN, 1), infinite: vector(Infinity, 0), zero: vector(0, 0)
      })) {
        t.throws(() => space.add('a', bad), RangeError, what)
        if (what !== 'zero') t.throws(() => space.search(bad, 1), RangeError, what)
      }
      space.add('huge', vector(3e38, 3e38))
      t.equal(space.get('huge')?.[0]?.toFixed(4), '0.7071', 'its square is no float, but its direction is clear')
      await space.settle()
      t.same(space.search(vector(0, 0), 5), [], 'zero is like nothing')
      t.same(space.get('a'), vector(1, 0))
      t.equal(space.size, 2)
    })

    t.test('any string is an id', async (t) => {
      const space = await make(2)
      const ids = ['', '__proto__', 'constructor', '\ud800', 'x'.repeat(5_000), '0', '-1']
      ids.forEach((id, i) => space.add(id, vector(i + 1, 1)))
      await space.settle()
      t.same(space.search(vector(1, 1), 10).map(({ id }) => id).sort(), ids.sort())
    })

    t.test('a vector given out is a copy', async (t) => {
      const space = await make(2)
      space.add('a', vector(1, 0))
      space.get('a')!.fill(9)
      t.same(space.get('a'), vector(1, 0))
    })

    t.test('a filter that throws is an ordinary error', async (t) => {
      const space = await filled(make, clustered(2_000, 16, 7))
      let calls = 0
      const late = (id: string) => {
        if (++calls > 300) throw new Error(`no ${id}`)
        return true
      }
      t.throws(() => space.search(clustered(1, 16, 8)[0]!, 10, late), /no v/)
      t.equal(space.search(clustered(1, 16, 8)[0]!, 10).length, 10, 'and the space still answers')
    })

    t.test('a filtered search returns exactly k where k exist', async (t) => {
      const vectors = clustered(3_000, 32, 1)
      const space = await filled(make, vectors)
      const oracle = await filled(async (dimension) => exactSpace(dimension), vectors)
      for (const every of [2, 5, 20, 150, 1_000]) {
        const allow = (id: string) => Number(id.slice(1)) % every === 0
        for (const query of clustered(5, 32, every)) {
          const found = space.search(query, 20, allow)
          t.equal(found.length, Math.min(20, 3_000 / every), `1 of ${every}`)
          t.ok(found.every(({ id }) => allow(id)))
          t.ok(recall(found, oracle.search(query, 20, allow)) >= 0.9, `1 of ${every}: the right ones`)
        }
      }
      t.same(space.search(vectors[0]!, 20, () => false), [])
    })

    t.test('any mix of adding, changing and removing equals a plain list', async (t) => {
      const step = fc.record({ act: fc.constantFrom('add', 'add', 'remove', 'settle'), id: fc.nat(12).map(String), x: fc.integer({ min: -9, max: 9 }), y: fc.integer({ min: 1, max: 9 }) })
      await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(8), async (steps, k) => {
        const space = await make(2)
        const list = new Map<string, Float32Array>()
        for (const { act, id, x, y } of steps) {
          if (act === 'add') { space.add(id, vector(x, y)); list.set(id, vector(x, y)) }
          if (act === 'remove' && space.remove(id) !== list.delete(id)) return false
          if (act === 'settle') await space.settle()
        }
        await space.settle()
        const oracle = exactSpace(2)
        for (const [id, vector] of list) oracle.add(id, vector)
        return space.size === list.size && JSON.stringify(space.search(vector(1, 2), k)) === JSON.stringify(oracle.search(vector(1, 2), k))
      }), { numRuns: 150, seed: 42 })
    })

    t.test('half of it replaced and a third deleted: what is found is what is there', async (t) => {
      const [before, after] = [clustered(2_000, 32, 3), clustered(2_000, 32, 4)]
      const space = await filled(make, before)
      const oracle = exactSpace(32)
      after.forEach((vector, i) => {
        if (i % 2 === 0) space.add(`v${i}`, vector)
        if (i % 3 === 0) space.remove(`v${i}`)
        if (i % 3 !== 0) oracle.add(`v${i}`, i % 2 === 0 ? vector : before[i]!)
      })
      t.equal(meanRecall(space, oracle, clustered(20, 32, 5), 50) >= 0.95, true, 'before the graph is grown again')
      await space.settle()
      t.equal(meanRecall(space, oracle, clustered(20, 32, 5), 50) >= 0.95, true, 'and after')
      t.equal(space.size, oracle.size)
    })

    t.test('what came after the graph was grown is found beside what is in it', async (t) => {
      const vectors = clustered(2_100, 32, 21)
      const space = await filled(make, vectors.slice(0, 2_000))
      vectors.slice(2_000).forEach((vector, i) => space.add(`v${2_000 + i}`, vector))
      for (let i = 0; i < 100; i++) space.remove(`v${i}`)
      const oracle = exactSpace(32)
      vectors.forEach((vector, i) => i >= 100 && oracle.add(`v${i}`, vector))
      t.ok(meanRecall(space, oracle, clustered(20, 32, 22), 50) >= 0.95)
      for (let i = 2_000; i < 2_100; i += 10) t.equal(space.search(vectors[i]!, 1)[0]?.id, `v${i}`)
      const even = (id: string) => Number(id.slice(1)) % 2 === 0
      t.same(space.search(vectors[2_001]!, 30, even).filter(({ id }) => !even(id)), [])
    })

    t.test('a vector that is replaced again and again is there once', async (t) => {
      const vectors = clustered(2_000, 32, 31)
      const space = await filled(make, vectors)
      const near = space.search(vectors[0]!, 100)
      for (let round = 0; round < 2; round++) {
        for (const { id } of near) space.add(id, vectors[Number(id.slice(1))]!)
        await space.settle()
      }
      t.same(space.search(vectors[0]!, 50), near.slice(0, 50))
    })

    t.test('a thousand copies of one vector: exactly k, and the filtered ones', async (t) => {
      const space = await filled(make, [...clustered(1_000, 16, 41), ...Array.from({ length: 1_000 }, () => clustered(1, 16, 42)[0]!)])
      const third = (id: string) => Number(id.slice(1)) % 3 === 0
      for (const k of [1, 50, 700]) {
        t.equal(space.search(clustered(1, 16, 43)[0]!, k).length, k)
        t.equal(space.search(clustered(1, 16, 43)[0]!, k, third).length, Math.min(k, 667))
      }
    })

    t.test('recall@50 against the scan, on data that a careless search (ef = 60) does badly on', async (t) => {
      const vectors = clustered(4_000, 96, 11, 2.5)
      const space = await filled(make, vectors)
      const oracle = await filled(async (dimension) => exactSpace(dimension), vectors)
      const found = meanRecall(space, oracle, clustered(50, 96, 12, 2.5), 50)
      t.ok(found >= 0.95, `${found}`)
    })
  })
}

t.test('top k equals sorting', async (t) => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.nat(30), (values, k) => {
    const top = new TopK(k)
    values.forEach((value, i) => top.offer(`${i % 7}/${i}`, value))
    const sorted = values.map((similarity, i) => ({ id: `${i % 7}/${i}`, similarity })).sort((a, b) => b.similarity - a.similarity || (a.id < b.id ? -1 : 1))
    t.same(top.best(), sorted.slice(0, k))
  }), { seed: 42 })
})

t.test('hnsw: adding while the graph is being written leaves a file that loads', { skip: !hnswlib && 'the addon is not built' }, async (t) => {
  const vectors = clustered(3_000, 32, 1)
  const space = await hnswSpace(hnswlib!, 32, undefined, { exactBelow: 1 })
  vectors.forEach((vector, i) => i < 2_000 && space.add(`v${i}`, vector))
  await space.settle()
  const file = join(t.testdir(), 'graph')
  const writing = space.writeGraph(file)
  vectors.forEach((vector, i) => i >= 2_000 && space.add(`v${i}`, vector))
  for (let i = 0; i < 500; i++) space.remove(`v${i}`)
  const settling = space.settle()
  const labels = (await writing)!
  await settling

  t.equal(labels.length, 2_000, 'the labels are those of the moment of the write')
  const oracle = exactSpace(32)
  vectors.forEach((vector, i) => oracle.add(`v${i}`, vector))
  const loaded = await hnswSpace(hnswlib!, 32, oracle, { exactBelow: 1, saved: { file, labels } })
  t.ok(meanRecall(loaded, exactSpace(32, oracle.rows()), clustered(20, 32, 9), 50) >= 0.95, 'ef is set after the load')
  t.equal(space.size, 2_500)
  await t.rejects(hnswSpace(hnswlib!, 32, oracle, { saved: { file, labels: labels.slice(1) } }), /2000 points/)
})

t.test('hashed embedder', async (t) => {
  const embedder = await openEmbedder({ ...loadConfig({}), embedder: 'hashed' })
  t.match(embedder, { id: 'hash-384/v1', dimension: 384, degraded: 'hashed embedder (by setting)' })
  await suiteOf(t, embedder)
  // The figures of the prototype that was measured: the vectors must not drift.
  t.equal(cosine(hashedEmbedding('red shoes'), hashedEmbedding('red shoe')).toFixed(2), '0.89')
  t.equal(cosine(hashedEmbedding('the bike shop'), hashedEmbedding('bicycle store')).toFixed(2), '-0.02')
  t.equal(cosine(hashedEmbedding('sci-fi novels'), hashedEmbedding('science fiction books')).toFixed(2), '0.09')
})

t.test('without weights: auto serves the hashed embedder and says so, minilm says what to do', async (t) => {
  const modelDir = t.testdir()
  const auto = await openEmbedder({ ...loadConfig({}), modelDir })
  t.equal(auto.id, 'hash-384/v1')
  t.match(auto.degraded, /npm run model/)
  await t.rejects(openEmbedder({ ...loadConfig({}), modelDir, embedder: 'minilm' }), { code: 'unavailable', message: /npm run model/ })

  const broken = join(modelDir, 'Xenova/all-MiniLM-L6-v2')
  await fsp.mkdir(join(broken, 'onnx'), { recursive: true })
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx']) await fsp.writeFile(join(broken, file), '{')
  t.match((await openEmbedder({ ...loadConfig({}), modelDir })).degraded, /could not be loaded/, 'damaged weights are no crash')
})

const { modelDir, dataDir } = loadConfig()
const weights = join(modelDir ?? join(dataDir, 'models'), 'Xenova/all-MiniLM-L6-v2/onnx/model.onnx')
t.test('MiniLM', { skip: !existsSync(weights) && 'no weights: run `npm run model`' }, async (t) => {
  const embedder = await openEmbedder({ ...loadConfig(), embedder: 'minilm' })
  t.match(embedder.id, /^all-MiniLM-L6-v2\/fp32\/[0-9a-f]{12}$/)
  t.equal(embedder.degraded, null)
  const [shop, store, novels] = await embedder.embed(['the bike shop', 'bicycle store', 'science fiction books'])
  t.ok(cosine(shop!, store!) > 0.8, 'it knows synonyms')
  t.ok(cosine(shop!, novels!) < 0.3)
  const [cats, dogs] = await embedder.embed(['cats', 'dogs'].map((end) => 'word '.repeat(300) + end))
  t.ok(cosine(cats!, dogs!) > 1 - 1e-6, 'what comes after 256 tokens is not read')
  await suiteOf(t, embedder)
})

/** What every embedder must do. Closes it. */
async function suiteOf (t: Tap, embedder: Embedder) {
  const texts = ['She reviews trail running shoes.', 'A brand of shoes for running on trails', 'He bakes sourdough bread', 'Ünïcode, 中文, emoji 🥖', '\ud800 half a pair', 'x'.repeat(300_000), 'word '.repeat(5_000)]
  const many = await embedder.embed(texts)
  t.ok(cosine(many[0]!, many[1]!) > cosine(many[0]!, many[2]!) + 0.2, 'like texts are nearer than unlike ones')
  for (const [i, text] of texts.entries()) {
    const [one] = await embedder.embed([text])
    const [again] = await embedder.embed([text])
    t.ok(one!.every((x, j) => Math.abs(x - many[i]![j]!) < 1e-5), 'a batch of one equals a batch of many')
    t.same(one, again)
    t.equal(one!.length, embedder.dimension)
    t.ok(Math.abs(cosine(one!, one!) - 1) < 1e-5, 'length one')
  }
  t.ok((await embedder.embed(['', '  \n']))!.every((vector) => vector.every((x) => x === 0)), 'an empty text is zero')
  t.same(await embedder.embed([]), [])
  t.equal((await embedder.embed(Array.from({ length: 70 }, (_, i) => `text ${i}`))).length, 70)
  const [kept] = await embedder.embed(['a query'])
  kept!.fill(0)
  t.ok((await embedder.embed(['a query']))[0]!.some((x) => x !== 0), 'the memory of queries cannot be spoilt')

  const running = embedder.embed(['still running', 'while it is closed'])
  await embedder.close()
  t.equal((await running).length, 2)
  await t.rejects(embedder.embed(['too late', 'too late']), { code: 'unavailable' })
}

t.test('index', async (t) => {
  const embedder = counting(await openEmbedder({ ...loadConfig({}), embedder: 'hashed' }))
  const open = (dir: string, options: Partial<Parameters<typeof openIndex>[0]> = {}) => openIndex({ dir, embedder, exactBelow: 10, ...options })
  const nearest = async (index: Index, text: string, space: 'profile' | 'goals' | 'content' = 'profile') =>
    index.search('demo', space, (await embedder.embed([text]))[0]!, 3).map(({ id }) => id)

  t.test('follows its source, and embeds only what is new', async (t) => {
    const source = memorySource()
    const index = await open(t.testdir())
    t.same(await nearest(index, 'tea'), [], 'empty before the first sync')
    source.write({ id: 'ada', profile: 'brews green tea', goals: 'wants to meet potters', content: null })
    source.write({ id: 'bob', profile: 'rides mountain bikes', goals: '  ', content: '!!!' })
    await index.sync('demo', source)
    t.same(await nearest(index, 'green tea'), ['ada', 'bob'])
    t.same(await nearest(index, 'potter', 'goals'), ['ada'], 'a blank text is in no space')
    t.same(await nearest(index, 'potter', 'content'), [], 'nor is one without words')
    t.equal(index.graphVersion('demo'), 2)
    t.equal(index.vector('demo', 'profile', 'ada')?.length, 384)
    t.equal(index.graphVersion('other'), 0)

    const before = embedder.texts()
    source.write({ id: 'ada', profile: 'brews green tea', goals: 'wants to meet cheese makers', content: null })
    source.write({ id: 'bob', profile: null, goals: null, content: null })
    await index.sync('demo', source)
    t.equal(embedder.texts() - before, 1, 'only the changed goal')
    t.same(await nearest(index, 'green tea'), ['ada'])
    t.match(index.health(), { embedderId: 'hash-384/v1', tenants: { demo: { graphVersion: 4, problem: null, spaces: { profile: { count: 1 } } } } })
    await index.close()
    await t.rejects(index.sync('demo', source), { code: 'unavailable' })
  })

  t.test('concurrent syncs share a run, and none misses what was written before it', async (t) => {
    const source = memorySource()
    const index = await open(t.testdir())
    source.write({ id: 'ada', profile: 'tea', goals: null, content: null })
    const first = index.sync('demo', source)
    while (source.reads() === 0) await new Promise((resolve) => setImmediate(resolve))
    source.write({ id: 'bob', profile: 'bikes', goals: null, content: null })
    await Promise.all([first, ...Array.from({ length: 20 }, () => index.sync('demo', source))])
    t.equal(index.graphVersion('demo'), 2)
    t.ok(source.reads() <= 2, 'one run under way, one for all who came later')
    await index.close()
  })

  t.test('a source that fails is not believed half-way; the next sync goes on', async (t) => {
    const source = memorySource(people(300))
    const index = await open(t.testdir())
    const failing: TextSource = {
      version: source.version,
      async * texts (since) {
        let left = 200
        for await (const entity of source.texts(since)) {
          if (left-- === 0) throw new Error('connection lost')
          yield entity
        }
      }
    }
    await t.rejects(index.sync('demo', failing), /connection lost/)
    t.equal(index.graphVersion('demo'), 0)
    const before = embedder.texts()
    await index.sync('demo', source)
    t.equal(embedder.texts() - before, 2 * (300 - 128), 'one group of 128 was in already')
    await index.close()
  })

  t.test('what was saved is read back, to the last bit', async (t) => {
    const dir = t.testdir()
    const source = memorySource(people(60))
    const index = await open(dir)
    await index.sync('demo', source)
    const answer = index.search('demo', 'profile', (await embedder.embed(['tea']))[0]!, 20)
    await settled(index)
    await index.close()
    t.match(await fsp.readdir(join(dir, 'demo')), { length: 3 * 4 - (hnswlib ? 1 : 3) }, 'manifest, vectors, ids, and a graph where there is something to search')

    const before = embedder.texts()
    const again = await open(dir)
    await again.sync('demo', source)
    t.equal(embedder.texts(), before, 'nothing is embedded again')
    t.same(again.search('demo', 'profile', (await embedder.embed(['tea']))[0]!, 20), answer)
    source.write({ id: 'new', profile: 'something else entirely', goals: null, content: null })
    await again.sync('demo', source)
    await again.close()
    t.equal((await fsp.readdir(join(dir, 'demo'))).filter((name) => name.startsWith('profile-')).length, hnswlib ? 3 : 2, 'the old snapshot is gone')

    const third = await open(dir)
    await third.sync('demo', source)
    t.same(await nearest(third, 'something else entirely'), (await nearest(third, 'something else entirely')))
    t.equal((await nearest(third, 'something else entirely'))[0], 'new')
    await third.close()
  })

  t.test('a graph that began anew is read anew', async (t) => {
    const index = await open(t.testdir())
    await index.sync('demo', memorySource(people(20)))
    const other = memorySource([{ id: 'p1', profile: 'tea', goals: null, content: null }])
    await index.sync('demo', other)
    t.equal(index.graphVersion('demo'), 1)
    t.same(await nearest(index, 'tea'), ['p1'], 'what the new graph does not hold is gone')
    await index.close()
  })

  t.test('vectors of another embedder, dimension, tenant or format are never used', async (t) => {
    const source = memorySource(people(15))
    const other: Record<string, Partial<Embedder>> = { embedderId: { id: 'other/v1' }, dimension: { dimension: 192, embed: async (texts) => (await embedder.embed(texts)).map((vector) => vector.slice(0, 192)) } }
    for (const [key, difference] of Object.entries(other)) {
      const dir = t.testdir()
      const index = await open(dir)
      await index.sync('demo', source)
      await index.close()
      const log: string[] = []
      const again = await open(dir, { embedder: { ...embedder, ...difference }, log: (line) => log.push(line) })
      await again.sync('demo', source)
      t.match(log, [new RegExp(`rebuilt: its ${key} is`)])
      t.equal(again.vector('demo', 'profile', 'p1')?.length, difference.dimension ?? 384)
      await again.close()
      await fsp.cp(join(dir, 'demo'), join(dir, 'eve'), { recursive: true })
      const third = await open(dir, { embedder: { ...embedder, ...difference }, log: (line) => log.push(line) })
      await third.sync('eve', memorySource([{ id: 'x', profile: 'tea', goals: null, content: null }]))
      t.equal(third.vector('eve', 'profile', 'p1'), undefined)
      await third.close()
    }
  })

  t.test('no tenant id leaves the folder or meets another', async (t) => {
    const dir = t.testdir({ index: {} })
    const index = await open(join(dir, 'index'))
    const ids = ['../../evil', '..', '.', '', '/etc', 'a/b', 'a\\b', 'Demo', 'demo', 'CON', 'x\0y', 'ü', 'z'.repeat(999), '%2e%2e']
    for (const id of ids) await index.sync(id, memorySource([{ id, profile: `tea ${id}`, goals: null, content: null }]))
    await index.close()
    t.same(await fsp.readdir(dir), ['index'])
    const folders = await fsp.readdir(join(dir, 'index'))
    t.equal(new Set(folders.map((name) => name.toLowerCase())).size, ids.length)
  })

  t.test('without the addon the scan serves, and says so', async (t) => {
    const index = await open(t.testdir(), { hnswlib: null })
    await index.sync('demo', memorySource(people(30)))
    t.match(index.degraded, ['hashed embedder (by setting)', /hnswlib-node is not built/])
    t.equal(index.health().tenants.demo?.spaces.profile.kind, 'exact')
    t.equal((await nearest(index, 'tea')).length, 3)
    await index.close()
  })

  t.test('damage', async (t) => {
    const source = memorySource(people(40))
    const dir = t.testdir()
    const index = await open(dir)
    await index.sync('demo', source)
    await settled(index)
    await index.close()
    const query = (await embedder.embed(['green tea and clay']))[0]!
    const truth = await exactAnswer(await openIndex({ dir: join(dir, 'none'), embedder, hnswlib: null }), source, query)
    const whole = new Map<string, Buffer>()
    for (const name of await fsp.readdir(join(dir, 'demo'))) whole.set(name, await fsp.readFile(join(dir, 'demo', name)))
    const profile = [...whole.keys()].filter((name) => name.startsWith('profile'))

    /** Puts one file back, harmed. */
    const harm = async (name: string, change: (content: Buffer) => Buffer | null) => {
      const content = change(Buffer.from(whole.get(name)!))
      await fsp.rm(join(dir, 'demo', name), { force: true })
      if (content) await fsp.writeFile(join(dir, 'demo', name), content)
    }
    const options = { hnswlib, exactBelow: 10 }
    /** Opens the harmed space: either it knows that it knows nothing, or all it answers is right. */
    const isSafe = async () => {
      const log: string[] = []
      const space = await openStoredSpace(join(dir, 'demo'), { tenantId: 'demo', space: 'profile', embedderId: embedder.id, dimension: 384 }, { ...options, log: (line) => log.push(line) })
      if (space.vectors.size === 0) return log.length > 0 && space.savedVersion === 0
      const right = () => JSON.stringify(space.vectors.search(query, 20)) === JSON.stringify(truth)
      const [before] = [right(), await space.vectors.settle()]
      return log.length > 0 && before && right()
    }
    /** The same through the index, which asks the source for what it lacks, and leaves whole files behind. */
    const isMended = async () => {
      const index = await open(dir)
      await index.sync('demo', source)
      const right = JSON.stringify(index.search('demo', 'profile', query, 20)) === JSON.stringify(truth)
      await index.close()
      for (const name of await fsp.readdir(join(dir, 'demo'))) if (!whole.has(name)) await fsp.rm(join(dir, 'demo', name))
      for (const name of whole.keys()) await harm(name, (content) => content)
      return right
    }

    t.notOk(await isSafe(), 'undamaged: nothing to notice')
    for (const name of profile) {
      const size = whole.get(name)!.length
      const cuts = [...Array.from({ length: 100 }, (_, percent) => Math.floor(size * percent / 100)), size - 1]
      const next = random(name.endsWith('json') ? 1 : 2)
      const flips = Array.from({ length: 250 }, () => Math.floor(next() * size * 8))
      const bad: string[] = []
      for (const cut of cuts) {
        await harm(name, (content) => content.subarray(0, cut))
        if (!await isSafe()) bad.push(`cut at ${cut}`)
      }
      for (const bit of flips) {
        await harm(name, (content) => flipped(content, bit))
        if (!await isSafe()) bad.push(`bit ${bit}`)
      }
      t.same(bad, [], `${name.replace(/-.*\./, '.')}: any cut, any flipped bit`)
      t.ok(await isMended(), 'mended')
      await harm(name, (content) => Buffer.concat([content, content.subarray(0, 4)]))
      t.ok(await isSafe() && await isMended(), 'more behind it')
      await harm(name, () => null)
      t.ok(await isMended(), 'missing')
    }
  })

  t.test('a crash at any step of saving leaves the old snapshot or the new one', async (t) => {
    const old = people(20)
    const changed = old.map((person) => ({ ...person, profile: `${person.profile} once more` }))
    const base = t.testdir()
    const index = await open(join(base, 'old'))
    await index.sync('demo', memorySource(old))
    await settled(index)
    await index.close()

    const outcomes = new Set<string>()
    for (let step = 1; ; step++) {
      const dir = join(base, `crash-${step}`)
      await fsp.cp(join(base, 'old'), dir, { recursive: true })
      const source = memorySource(old)
      changed.forEach((person) => source.write(person))
      const dying = await open(dir)
      await dying.sync('demo', source)
      await settled(dying)
      const crashed = await freezeAt(step, () => dying.close())
      if (!crashed) break

      const before = embedder.texts()
      const log: string[] = []
      const index = await open(dir, { log: (line) => log.push(line) })
      await index.sync('demo', source)
      const embedded = embedder.texts() - before
      // Each space is the old one (20 profiles to embed again) or the new one (none), and none was found damaged.
      t.same(log, [], `step ${step}: nothing is damaged`)
      t.ok(embedded === 0 || embedded === 20, `step ${step}: old or new, ${embedded} embedded`)
      outcomes.add(embedded === 0 ? 'new' : 'old')
      t.match(index.vector('demo', 'profile', 'p3'), hashedEmbedding(changed[3]!.profile!))
      await index.close()
    }
    t.same([...outcomes], ['old', 'new'], 'both were seen, in this order')
  })

  t.test('a full disk is reported, and the index answers on', async (t) => {
    const dir = t.testdir({ demo: 'a file where the folder should be' })
    const log: string[] = []
    const index = await open(dir, { log: (line) => log.push(line) })
    await index.sync('demo', memorySource(people(12)))
    t.equal((await nearest(index, 'tea')).length, 3)
    await index.close()
    t.match(log.at(-1), /could not be saved/)
  })
})

type Tap = Pick<typeof t, 'ok' | 'same' | 'equal' | 'rejects'>

function vector (...numbers: number[]): Float32Array {
  return Float32Array.from(numbers)
}

/** Points around 40 centers, the same centers for every seed. Isotropic noise has no neighbors to find (recall .1 for any graph). */
function clustered (count: number, dimension: number, seed: number, spread = 0.5): Float32Array[] {
  const centerOf = random(99)
  const centers = Array.from({ length: 40 }, () => Array.from({ length: dimension }, () => centerOf() - 0.5))
  const next = random(seed)
  return Array.from({ length: count }, () => {
    const center = centers[Math.floor(next() * centers.length)]!
    return Float32Array.from(center, (x) => x + spread * (next() - 0.5))
  })
}

async function filled (make: (dimension: number) => Promise<VectorSpace>, vectors: Float32Array[]): Promise<VectorSpace> {
  const space = await make(vectors[0]!.length)
  vectors.forEach((vector, i) => space.add(`v${i}`, vector))
  await space.settle()
  return space
}

function recall (found: Array<{ id: string }>, truth: Array<{ id: string }>): number {
  const right = new Set(truth.map(({ id }) => id))
  return truth.length === 0 ? 1 : found.filter(({ id }) => right.has(id)).length / truth.length
}

function meanRecall (space: VectorSpace, oracle: VectorSpace, queries: Float32Array[], k: number): number {
  return queries.reduce((sum, query) => sum + recall(space.search(query, k), oracle.search(query, k)), 0) / queries.length
}

function flipped (content: Buffer, bit: number): Buffer {
  content[bit >> 3]! ^= 1 << (bit & 7)
  return content
}

function cosine (a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0)
}

function counting (embedder: Embedder): Embedder & { texts: () => number } {
  let texts = 0
  return {
    ...embedder,
    texts: () => texts,
    embed (batch) {
      if (batch.length > 1) texts += batch.length // single texts are the queries of these tests, or the one changed text
      else if (batch.length === 1 && /cheese/.test(batch[0]!)) texts++
      return embedder.embed(batch)
    }
  }
}

const WORDS = 'tea clay bikes bread jazz linen coffee roses chess yoga ceramics trails vinyl soap honey boats'.split(' ')

function people (count: number): EntityTexts[] {
  const next = random(count)
  const word = () => WORDS[Math.floor(next() * WORDS.length)]!
  return Array.from({ length: count }, (_, i) => ({ id: `p${i}`, profile: `${word()} ${word()} and ${word()} of p${i}`, goals: `meet ${word()} makers ${i}`, content: null }))
}

/** A graph as far as the index knows one: it counts its writes. */
function memorySource (initial: EntityTexts[] = []) {
  const written = new Map<string, { entity: EntityTexts, version: number }>()
  let version = 0
  let reads = 0
  const write = (entity: EntityTexts) => { written.set(entity.id, { entity, version: ++version }) }
  initial.forEach(write)
  return {
    write,
    reads: () => reads,
    version: async () => version,
    async * texts (since: number) {
      reads++
      for (const { entity, version } of [...written.values()]) if (version > since) yield entity
    }
  }
}

/** Until the graphs are grown. */
async function settled (index: Index): Promise<void> {
  const unsettled = () => Object.values(index.health().tenants).some(({ spaces }) => Object.values(spaces).some(({ unsettled }) => unsettled > 0))
  while (unsettled()) await new Promise((resolve) => setImmediate(resolve))
}

async function exactAnswer (index: Index, source: TextSource, query: Float32Array) {
  await index.sync('demo', source)
  return index.search('demo', 'profile', query, 20)
}

/**
 * Runs `act` until its n-th call to the file system, which never comes back: what a kill leaves behind, without the
 * process. Returns whether it came to that.
 */
async function freezeAt (step: number, act: () => Promise<unknown>): Promise<boolean> {
  const real = { ...fsp }
  let calls = 0
  let crash: (crashed: boolean) => void
  const crashed = new Promise<boolean>((resolve) => { crash = resolve })
  const wrap = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => async (...args: A): Promise<R> => {
    if (++calls < step) return call(...args)
    crash(true)
    return new Promise<R>(() => {})
  }
  const patched = {
    mkdir: wrap(real.mkdir as never),
    rename: wrap(real.rename as never),
    rm: wrap(real.rm as never),
    open: wrap(async (...args: Parameters<typeof fsp.open>) => {
      const handle = await real.open(...args)
      const write = handle.writeFile.bind(handle)
      handle.writeFile = async (content) => {
        await write((content as Buffer).subarray(0, 7)) // a kill may leave half of what was being written
        return wrap(() => write((content as Buffer).subarray(7)))()
      }
      handle.sync = wrap(handle.sync.bind(handle))
      return handle
    })
  }
  Object.assign(fsp, patched)
  syncBuiltinESMExports()
  try {
    return await Promise.race([crashed, act().then(() => false)])
  } finally {
    Object.assign(fsp, real)
    syncBuiltinESMExports()
  }
}
