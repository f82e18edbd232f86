import type { Stance } from '../../models/feedback.js'
import { LABELS, type Label } from '../../models/vocabulary.js'
import { breaks } from '../turns.js'
import { hex, idWords } from './fact-id.js'
import { grown, GROWTH, lengthFor, put } from './grow.js'
import { parseSaid, secondsOf, type Said } from './said.js'
import { CODE, NODE, TO_ASK } from './slots.js'

/** A node as it is read from the graph. */
export interface NodeRow { id: string, label: Label, name: string, visibleTo: string[] | null, momentum: number | null, stances: Stance[] }

/** A fact as it is read: [object, fact id, when it was observed last, …what it says]. */
export type FactRow = string[]

const NONE = 0xffffffff
const NAMED_MAX = 4_096
const FACTS_AT_ONCE = 5_000 // laid out between two looks at the clock

/**
 * A tenant's graph as arrays. Nodes and facts have numbers; `start`, `count` and `room` give each node a stretch of slots, one slot per
 * fact at it, whichever way the fact points (compressed sparse rows with room to grow). A slot holds the fact, and in one number the neighbor
 * (low 24 bits) and a code for the weight, since what a walk reads should be short: `weights` has the weight of a code, or NaN where it must be
 * asked of the fact: where validity or visibility decide, or when there are more weights than codes. A full stretch moves to the end of the slots.
 */
export class GraphArrays {
  readonly ids: string[] = []
  readonly names: string[] = []
  readonly numbers = new Map<string, number>()
  readonly visibleTo = new Map<number, string[]>()
  readonly momentum = new Map<number, number>()
  readonly stances = new Map<number, Stance[]>()
  labels = new Uint8Array(1024)
  start = new Uint32Array(1024)
  count = new Uint32Array(1024)
  room = new Uint32Array(1024)
  /** The labels of the neighbors that a node has or had, a bit each: what is not among them need not be looked for there. */
  around = new Uint16Array(1024)

  slot = new Uint32Array(4096)
  fact = new Uint32Array(4096)
  readonly weights = new Float64Array(256).fill(NaN)
  slots = 0

  from = new Uint32Array(2048)
  to = new Uint32Array(2048)
  says = new Uint32Array(2048)
  idHigh = new Uint32Array(2048)
  idLow = new Uint32Array(2048)
  /** When a fact was observed last, in seconds since 1970. */
  seen = new Uint32Array(2048)
  facts = 0
  /** Counts what has been changed since, so that what was derived knows that it is old. */
  changes = 0
  /** Numbers of facts that are gone, to be used again. */
  readonly freed: number[] = []
  /** Facts by the ids that were given out last: what is asked for next. */
  private readonly named = new Map<string, number>()

  readonly said: Said[] = []
  private readonly codes: number[] = [] // of what is said
  private readonly codeOfWeight = new Map<number, number>()
  readonly saidNumbers = new Map<string, number>()

  get nodes (): number { return this.ids.length }
  get liveFacts (): number { return this.facts - this.freed.length }

  /** Makes room beforehand, so that nothing is copied while a graph of known size is read. */
  reserve (nodes: number, facts: number): void {
    this.growNodes(nodes)
    this.growFacts(facts)
    this.growSlots(2 * facts)
  }

  /** Adds a node, or changes what is known of it. Returns its number. */
  putNode ({ id, label, name, visibleTo, momentum, stances }: NodeRow): number {
    this.changes++
    const n = this.numbers.get(id) ?? this.addNode(id)
    this.relabel(n, LABELS.indexOf(label))
    this.names[n] = name
    put(this.visibleTo, n, visibleTo)
    put(this.momentum, n, momentum)
    this.putStances(n, stances)
    return n
  }

  /** Takes a node away with all its facts. Its number stays taken, under no id. */
  removeNode (id: string): void {
    const n = this.numbers.get(id)
    if (n === undefined) return
    for (const fact of [...this.factsAt(n)]) this.removeFact(fact)
    this.numbers.delete(id)
    this.ids[n] = this.names[n] = ''
    for (const map of [this.visibleTo, this.momentum, this.stances]) map.delete(n)
    for (const [member, stances] of this.stances) this.putStances(member, stances.filter(({ targetId }) => targetId !== id))
  }

  private relabel (n: number, label: number): void {
    if (this.labels[n] === label) return
    this.labels[n] = label
    for (let k = this.start[n]!, end = k + this.count[n]!; k < end; k++) this.around[this.slot[k]! & NODE]! |= 1 << label
  }

  private putStances (n: number, stances: Stance[]): void {
    put(this.stances, n, stances.length === 0 ? null : stances)
  }

  /** Adds a fact between known nodes, or changes what it says. Returns its number. */
  putFact (subject: number, row: FactRow): number {
    const object = this.numbers.get(row[0]!)!
    return this.setFact(subject, object, idWords(row[1]!), this.saidNumber(row.slice(3)), secondsOf(row[2]!))
  }

  /** The nodes of a graph that was written down, each under the number it had; one without id is gone. */
  takeNodes (ids: string[], names: string[], labels: Uint8Array): void {
    for (const id of ids) {
      const n = this.addNode(id)
      this.names[n] = names[n]!
      if (id === '') this.numbers.delete(id)
    }
    this.labels.set(labels)
  }

  /** Adds a fact of a graph that is read whole; `layOut` then gives all of them their slots at once. */
  appendFact (subject: number, object: number, words: [number, number], says: number, seen = 0): void {
    this.writeFact(this.facts++, subject, object, words, says, seen)
  }

  private writeFact (f: number, subject: number, object: number, [high, low]: [number, number], says: number, seen: number): void {
    this.growFacts(f + 1)
    this.from[f] = subject
    this.to[f] = object
    this.says[f] = says
    this.idHigh[f] = high
    this.idLow[f] = low
    this.seen[f] = seen
  }

  /** The slots of all facts, node after node without gaps. Nobody may read or change the arrays meanwhile. */
  async layOut (): Promise<void> {
    const { nodes, facts, from, to, start, count, room } = this
    count.fill(0, 0, nodes)
    for (let f = 0; f < facts; f++) {
      count[from[f]!]!++
      if (to[f] !== from[f]) count[to[f]!]!++
    }
    let slots = 0
    for (let n = 0; n < nodes; n++) {
      start[n] = slots
      slots += room[n] = count[n]!
    }
    this.growSlots(slots)
    this.slots = slots
    count.fill(0, 0, nodes)
    const pause = breaks()
    for (let f = 0; f < facts; f++) {
      if (f % FACTS_AT_ONCE === 0) await pause()
      this.addSlot(from[f]!, to[f]!, f)
      if (to[f] !== from[f]) this.addSlot(to[f]!, from[f]!, f)
    }
  }

  private setFact (subject: number, object: number, words: [number, number], says: number, seen: number): number {
    this.changes++
    const known = this.findFact(subject, object, ...words)
    if (known !== NONE) {
      this.says[known] = says
      this.seen[known] = seen
      for (const k of this.slotsOf(known)) this.slot[k] = (this.slot[k]! & NODE) | this.codes[says]! << CODE
      return known
    }
    const f = this.freed.pop() ?? this.facts++
    this.writeFact(f, subject, object, words, says, seen)
    this.addSlot(subject, object, f)
    if (object !== subject) this.addSlot(object, subject, f)
    return f
  }

  /** The number of a fact between two nodes, whichever way it points; null where there is none. */
  factBetween (oneId: string, factId: string, otherId: string): number | null {
    const [high, low] = idWords(factId)
    const named = this.named.get(factId)
    if (named !== undefined && this.idLow[named] === low && this.idHigh[named] === high) return named
    const [one, other] = [this.numbers.get(oneId), this.numbers.get(otherId)]
    if (one === undefined || other === undefined) return null
    const f = this.findFact(one, other, high, low)
    return f === NONE ? null : f
  }

  removeFact (f: number): void {
    this.changes++
    for (const n of new Set([this.from[f]!, this.to[f]!])) this.removeSlot(n, f)
    this.freed.push(f)
    this.named.clear()
  }

  /** The number of what a fact says, given as it is read. */
  saidNumber (fields: string[]): number {
    const text = fields.join('\t')
    const known = this.saidNumbers.get(text)
    if (known !== undefined) return known
    this.saidNumbers.set(text, this.said.length)
    const said = parseSaid(fields)
    this.codes.push(this.codeOf(said))
    return this.said.push(said) - 1
  }

  factId (f: number): string {
    const id = `f${hex(this.idHigh[f]!)}${hex(this.idLow[f]!)}`
    if (this.named.size >= NAMED_MAX) this.named.clear()
    this.named.set(id, f)
    return id
  }

  nodeAt (n: number): { id: string, label: Label, name: string } {
    return { id: this.ids[n]!, label: this.label(n), name: this.names[n]! }
  }

  mayBeSeen (n: number, viewerId: string): boolean {
    return this.visibleTo.size === 0 || (this.visibleTo.get(n)?.includes(viewerId) ?? true)
  }

  neighborAt (k: number): number { return this.slot[k]! & NODE }

  label (n: number): Label { return LABELS[this.labels[n]!]! }

  * factsAt (n: number): Generator<number> {
    for (let k = this.start[n]!, end = k + this.count[n]!; k < end; k++) yield this.fact[k]!
  }

  /** The number of a fact between two nodes; looked for at the one with fewer facts. */
  private findFact (a: number, b: number, high: number, low: number): number {
    const n = this.count[a]! <= this.count[b]! ? a : b
    for (let k = this.start[n]!, end = k + this.count[n]!; k < end; k++) {
      const f = this.fact[k]!
      if (this.idLow[f] === low && this.idHigh[f] === high) return f
    }
    return NONE
  }

  private slotsOf (f: number): number[] {
    return [...new Set([this.from[f]!, this.to[f]!])].map((n) => this.slotAt(n, f))
  }

  private slotAt (n: number, f: number): number {
    let k = this.start[n]!
    while (this.fact[k] !== f) k++
    return k
  }

  private codeOf ({ weight, validFrom, validTo, visibleTo }: Said): number {
    if (validFrom !== '' || validTo !== '' || visibleTo !== null) return TO_ASK
    const known = this.codeOfWeight.get(weight) ?? this.codeOfWeight.size
    if (known >= TO_ASK) return TO_ASK
    this.codeOfWeight.set(weight, known)
    this.weights[known] = weight
    return known
  }

  private addSlot (n: number, neighbor: number, f: number): void {
    if (this.count[n] === this.room[n]) this.move(n)
    const k = this.start[n]! + this.count[n]!++
    this.slot[k] = neighbor | this.codes[this.says[f]!]! << CODE
    this.fact[k] = f
    this.around[n]! |= 1 << this.labels[neighbor]!
  }

  /** The last slot of the stretch takes the place of the one that goes. */
  private removeSlot (n: number, f: number): void {
    const k = this.slotAt(n, f)
    const last = this.start[n]! + --this.count[n]!
    this.slot[k] = this.slot[last]!
    this.fact[k] = this.fact[last]!
  }

  private move (n: number): void {
    const [from, count] = [this.start[n]!, this.count[n]!]
    const room = Math.max(2, Math.ceil(count * GROWTH))
    this.growSlots(this.slots + room)
    for (const array of [this.slot, this.fact]) array.copyWithin(this.slots, from, from + count)
    this.start[n] = this.slots
    this.room[n] = room
    this.slots += room
  }

  private addNode (id: string): number {
    if (this.nodes > NODE) throw new Error(`More than ${NODE + 1} nodes do not fit into the arrays; Neo4j answers.`)
    const n = this.ids.push(id) - 1
    this.growNodes(n + 1)
    this.numbers.set(id, n)
    this.start[n] = this.count[n] = this.room[n] = 0
    return n
  }

  private growNodes (size: number): void {
    if (size <= this.start.length) return
    const length = lengthFor(size, this.start.length)
    this.labels = grown(this.labels, new Uint8Array(length))
    this.start = grown(this.start, new Uint32Array(length))
    this.count = grown(this.count, new Uint32Array(length))
    this.room = grown(this.room, new Uint32Array(length))
    this.around = grown(this.around, new Uint16Array(length))
  }

  private growFacts (size: number): void {
    if (size <= this.from.length) return
    const length = lengthFor(size, this.from.length)
    this.from = grown(this.from, new Uint32Array(length))
    this.to = grown(this.to, new Uint32Array(length))
    this.says = grown(this.says, new Uint32Array(length))
    for (const column of ['idHigh', 'idLow', 'seen'] as const) this[column] = grown(this[column], new Uint32Array(length))
  }

  private growSlots (size: number): void {
    if (size <= this.slot.length) return
    const length = lengthFor(size, this.slot.length)
    this.slot = grown(this.slot, new Uint32Array(length))
    this.fact = grown(this.fact, new Uint32Array(length))
  }
}
