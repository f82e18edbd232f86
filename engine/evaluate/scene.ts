import { ages, degree, type Adjacency } from '../learned/adjacency.js'
import { evidence, newOf, type Evidence } from '../learned/prior.js'
import { shared, type Asked, type Crew } from './crew.js'
import { graphOf, type TimedPairs } from './pairs.js'

/** One state of the graph, and what is asked of it. */
export interface Scene { name: string, timed: boolean, graph: Adjacency, targets: Uint8Array, evidence: Evidence, asked: Asked }

/** Everyone's graph, the items as targets, and what is wanted of whom. Users whom only the test knows are asked too, and find nothing. */
export function sceneOf (name: string, { items, lists, timed }: TimedPairs, wanted: Map<string, Uint32Array>): Scene {
  const users = new Map([...new Set([...lists.keys(), ...wanted.keys()])].map((user, i) => [user, i]))
  const graph = graphOf(users, items.size, lists, timed)
  const targets = new Uint8Array(graph.size).fill(1, users.size)
  const asking = [...wanted].filter(([, list]) => list.length > 0)
  const start = new Uint32Array(asking.length + 1)
  for (const [i, [, list]] of asking.entries()) start[i + 1] = start[i]! + list.length
  return {
    name,
    timed,
    graph,
    targets,
    evidence: evidenceOf(graph, targets, timed),
    asked: {
      nodes: Uint32Array.from(asking, ([user]) => users.get(user)!),
      start,
      wanted: Uint32Array.from(asking.flatMap(([, list]) => Array.from(list, (item) => users.size + item)))
    }
  }
}

/** The degree and the newness of every target. Where nothing is known of time all edges are equally new. */
export function evidenceOf (graph: Adjacency, targets: Uint8Array, timed: boolean): Evidence {
  const nodes = Uint32Array.from(targets.keys()).filter((node) => targets[node] === 1)
  const newness = new Float64Array(graph.size)
  const age = ages(graph)
  for (let node = 0; node < graph.size; node++) {
    const edges = degree(graph, node)
    for (let slot = graph.start[node]!; slot < graph.start[node + 1]!; slot++) newness[graph.to[slot]!]! += timed ? newOf((age[slot]! + 0.5) / edges) : 1
  }
  return evidence(nodes, Float64Array.from(nodes, (node) => degree(graph, node)), Float64Array.from(nodes, (node) => newness[node]!))
}

/** The scene where every worker can read it. */
export async function stage (crew: Crew, scene: Scene): Promise<Scene> {
  const { size, start, to, weight, when } = scene.graph
  const graph = { size, start: shared(start), to: shared(to), weight: shared(weight), when: shared(when ?? new Float64Array(to.length)) }
  const asked = { nodes: shared(scene.asked.nodes), start: shared(scene.asked.start), wanted: shared(scene.asked.wanted) }
  await crew.each(Array.from({ length: crew.hands }, () => ({ do: 'keep' as const, name: scene.name, graph, evidence: scene.evidence, asked })))
  return { ...scene, graph, asked }
}
