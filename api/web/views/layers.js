/**
 * A layered drawing of paths (after Sugiyama, Tagawa, Toda, 1981): each node one layer behind the farthest that leads to it, lines that pass
 * a layer get a place of their own in it, and each layer is put in the order of the mean place of its neighbors.
 */

const SWEEPS = 4

/** `ways`: lists of ids, each from the first layer to the last. Returns where each id stands and by which places each line goes. */
export function layered (ways) {
  const layer = layersOf(ways)
  const last = Math.max(...layer.values())
  const lines = new Map()
  for (const ids of ways) ids.slice(1).forEach((id, i) => lines.set(`${ids[i]}\t${id}`, [ids[i], ...between(ids[i], id, layer), id]))
  const columns = Array.from({ length: last + 1 }, () => [])
  for (const places of lines.values()) for (const id of places) if (!columns[layer.get(id)].includes(id)) columns[layer.get(id)].push(id)
  const neighbors = new Map()
  for (const places of lines.values()) {
    places.slice(1).forEach((id, i) => {
      neighbors.set(id, [...neighbors.get(id) ?? [], places[i]])
      neighbors.set(places[i], [...neighbors.get(places[i]) ?? [], id])
    })
  }
  return { columns: ordered(columns, neighbors), lines }
}

const LAYERS_MAX = 6 // two ways that pass the same nodes in opposite order would push each other on for ever

/** The longest way from the start; the end is one behind all others. */
function layersOf (ways) {
  const [start, end] = [ways[0][0], ways[0].at(-1)]
  const layer = new Map([[start, 0]])
  for (let pass = 0; pass < LAYERS_MAX; pass++) {
    for (const ids of ways) ids.slice(1, -1).forEach((id, i) => layer.set(id, Math.min(LAYERS_MAX, Math.max(layer.get(id) ?? 0, layer.get(ids[i]) + 1))))
  }
  return layer.set(end, Math.max(1, ...layer.values()) + 1)
}

/** A place in every layer that a line passes; a line between neighbors has none, one that joins both ends directly has them all. */
function between (from, to, layer) {
  return Array.from({ length: Math.max(0, layer.get(to) - layer.get(from) - 1) }, (_, i) => {
    const place = `by ${from} ${to} ${i}`
    layer.set(place, layer.get(from) + 1 + i)
    return place
  })
}

function ordered (columns, neighbors) {
  let rows = new Map(columns.flatMap((column) => column.map((id, row) => [id, row - column.length / 2])))
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const mean = (id) => neighbors.get(id).reduce((sum, other) => sum + rows.get(other), 0) / neighbors.get(id).length
    for (const column of columns) column.sort((a, b) => mean(a) - mean(b))
    rows = new Map(columns.flatMap((column) => column.map((id, row) => [id, row - column.length / 2])))
  }
  return columns
}
