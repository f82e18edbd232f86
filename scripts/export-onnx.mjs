import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Writes a BERT model from its safetensors as the ONNX file that the embedder reads. No dependency: a safetensors file is a JSON head
 * and raw numbers, an ONNX file a protocol buffer of nodes and the same numbers.
 */

const FLOAT = 1
const INT64 = 7

export async function exportOnnx (source, target) {
  const config = JSON.parse(await readFile(join(source, 'config.json'), 'utf8'))
  const tensor = readTensors(await readFile(join(source, 'model.safetensors')))
  await mkdir(join(target, 'onnx'), { recursive: true })
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'vocab.txt']) {
    await copyFile(join(source, name), join(target, name))
  }
  await writeFile(join(target, 'onnx', 'model.onnx'), bert(config, tensor))
}

function readTensors (file) {
  const headLength = Number(file.readBigUInt64LE(0))
  const head = JSON.parse(file.subarray(8, 8 + headLength).toString())
  return (name) => {
    const { dtype, shape, data_offsets: [from, to] } = head[name] ?? {}
    if (dtype !== 'F32') throw new Error(`${name} is ${dtype ?? 'missing'} in the model file; F32 was expected`)
    const bytes = file.subarray(8 + headLength + from, 8 + headLength + to)
    return { dims: shape, values: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)) }
  }
}

// Protocol buffers: a field is its number and wire type, then a varint, four bytes, or a length and bytes.

function varint (number) {
  const bytes = []
  let rest = BigInt.asUintN(64, BigInt(number))
  do {
    const low = Number(rest & 127n)
    rest >>= 7n
    bytes.push(rest ? low | 128 : low)
  } while (rest)
  return Buffer.from(bytes)
}

const int = (field, number) => Buffer.concat([varint(field << 3), varint(number)])
const bytes = (field, content) => {
  const buffer = Buffer.from(content)
  return Buffer.concat([varint(field << 3 | 2), varint(buffer.length), buffer])
}
const float = (field, number) => {
  const buffer = Buffer.alloc(4)
  buffer.writeFloatLE(number)
  return Buffer.concat([varint(field << 3 | 5), buffer])
}
const message = (field, ...parts) => bytes(field, Buffer.concat(parts))

/** An ONNX graph that grows: `op` adds a node and returns the names of its outputs. */
function createGraph () {
  const nodes = []
  const constants = []

  const constant = (name, type, dims, values) => {
    const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
    constants.push(message(5, ...dims.map((dim) => int(1, dim)), int(2, type), bytes(8, name), bytes(9, raw)))
    return name
  }
  const floats = (name, dims, values) => constant(name, FLOAT, dims, Float32Array.from(values))
  const integers = (name, values) => constant(name, INT64, [values.length], BigInt64Array.from(values.map(BigInt)))

  const op = (type, inputs, attributes = {}, outputCount = 1) => {
    const name = `${type}_${nodes.length}`
    const outputs = outputCount === 1 ? [`${name}_o`] : Array.from({ length: outputCount }, (_, i) => `${name}_o${i}`)
    nodes.push(message(1, ...inputs.map((input) => bytes(1, input)), ...outputs.map((output) => bytes(2, output)),
      bytes(3, name), bytes(4, type), ...Object.entries(attributes).map(attribute)))
    return outputCount === 1 ? outputs[0] : outputs
  }
  return { nodes, constants, floats, integers, op }
}

function attribute ([name, value]) {
  if (Array.isArray(value)) return message(5, bytes(1, name), ...value.map((number) => int(8, number)), int(20, 7))
  if (typeof value === 'object') return message(5, bytes(1, name), float(2, value.float), int(20, 1))
  return message(5, bytes(1, name), int(3, value), int(20, 2))
}

function bert (config, tensor) {
  const graph = createGraph()
  const { floats, integers, op } = graph

  const normalize = (x, name, from) => {
    const weight = tensor(`${from}.weight`)
    const bias = tensor(`${from}.bias`)
    return op('LayerNormalization', [x, floats(`${name}.w`, weight.dims, weight.values), floats(`${name}.b`, bias.dims, bias.values)],
      { axis: -1, epsilon: { float: config.layer_norm_eps } })
  }
  const linear = (x, name, weight, bias) => {
    const { dims, values } = transposed(weight)
    floats(`${name}.b`, [dims[1]], bias.values)
    return op('Add', [op('MatMul', [x, floats(`${name}.w`, dims, values)]), `${name}.b`])
  }
  const linearOf = (x, name, from) => linear(x, name, tensor(`${from}.weight`), tensor(`${from}.bias`))

  const embed = () => {
    const lookUp = (ids, name, from) => {
      const { dims, values } = tensor(`embeddings.${from}_embeddings.weight`)
      return op('Gather', [floats(name, dims, values), ids])
    }
    const words = lookUp('input_ids', 'emb.word', 'word')
    const types = lookUp('token_type_ids', 'emb.type', 'token_type')
    const positions = tensor('embeddings.position_embeddings.weight')
    floats('emb.pos', positions.dims, positions.values)
    integers('c0', [0])
    integers('c1', [1])
    integers('c12', [1, 2])
    const length = op('Slice', [op('Shape', ['input_ids']), 'c1', integers('c2', [2])])
    const places = op('Slice', ['emb.pos', 'c0', length, 'c0'])
    return normalize(op('Add', [op('Add', [words, types]), places]), 'emb.ln', 'embeddings.LayerNorm')
  }

  const attend = (x, mask, layer, from) => {
    // Query, key and value in one product; the scale of the scores is part of the query's weights.
    const parts = (kind) => joined(['query', 'key', 'value'].map((name) => tensor(`${from}attention.self.${name}.${kind}`)),
      1 / Math.sqrt(config.hidden_size / config.num_attention_heads))
    const [query, key, value] = op('Split', [linear(x, `${layer}.qkv`, parts('weight'), parts('bias')), shared.thirds], { axis: 2 }, 3)
    const heads = (part, perm) => op('Transpose', [op('Reshape', [part, shared.heads])], { perm })
    const scores = op('Add', [op('MatMul', [heads(query, [0, 2, 1, 3]), heads(key, [0, 2, 3, 1])]), mask])
    const context = op('MatMul', [op('Softmax', [scores], { axis: -1 }), heads(value, [0, 2, 1, 3])])
    return op('Reshape', [op('Transpose', [context], { perm: [0, 2, 1, 3] }), shared.flat])
  }
  const gelu = (x) => op('Mul', [op('Mul', [x, op('Add', [op('Erf', [op('Div', [x, shared.sqrt2])]), shared.one])]), shared.half])

  let x = embed()
  const shared = sharedConstants(graph, config)
  const mask = maskOf(graph, shared)
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const layer = `l${i}`
    const from = `encoder.layer.${i}.`
    const attended = linearOf(attend(x, mask, layer, from), `${layer}.ao`, `${from}attention.output.dense`)
    x = normalize(op('Add', [attended, x]), `${layer}.ln1`, `${from}attention.output.LayerNorm`)
    const thought = gelu(linearOf(x, `${layer}.ff1`, `${from}intermediate.dense`))
    x = normalize(op('Add', [linearOf(thought, `${layer}.ff2`, `${from}output.dense`), x]), `${layer}.ln2`, `${from}output.LayerNorm`)
  }
  return file(graph, x, config.hidden_size)
}

function sharedConstants ({ floats, integers }, { hidden_size: size, num_attention_heads: heads }) {
  return {
    one: floats('one', [], [1]),
    hidden: floats('neg', [], [-10000]),
    sqrt2: floats('sqrt2', [], [Math.SQRT2]),
    half: floats('half', [], [0.5]),
    heads: integers('heads', [0, 0, heads, size / heads]),
    flat: integers('flat', [0, 0, size]),
    thirds: integers('split3', [size, size, size])
  }
}

/** What is added to the scores: nothing for a token, so little that it vanishes for padding. */
function maskOf ({ op }, { one, hidden }) {
  const tokens = op('Cast', [op('Unsqueeze', ['attention_mask', 'c12'])], { to: FLOAT })
  return op('Mul', [op('Sub', [one, tokens]), hidden])
}

function file ({ nodes, constants }, result, hiddenSize) {
  const output = 'last_hidden_state'
  const shape = (dims) => message(2, ...dims.map((dim) => message(1, typeof dim === 'string' ? bytes(2, dim) : int(1, dim))))
  const port = (field, name, type, dims) => message(field, bytes(1, name), message(2, message(1, int(1, type), shape(dims))))
  const inputs = ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => port(11, name, INT64, ['batch_size', 'sequence_length']))
  const last = message(1, bytes(1, result), bytes(2, output), bytes(3, 'out'), bytes(4, 'Identity'))
  return Buffer.concat([
    int(1, 8), bytes(2, 'teraffi-export'),
    message(7, ...nodes, last, bytes(2, 'minilm'), ...constants, ...inputs, port(12, output, FLOAT, ['batch_size', 'sequence_length', hiddenSize])),
    message(8, bytes(1, ''), int(2, 17)) // operator set 17, the first with LayerNormalization
  ])
}

/** Weights come as [out, in]; a product from the right wants [in, out]. */
function transposed ({ dims: [rows, columns], values }) {
  const turned = new Float32Array(values.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c]
  return { dims: [columns, rows], values: turned }
}

function joined ([query, key, value], scale) {
  const values = new Float32Array(3 * query.values.length)
  values.set(query.values.map((number) => number * scale))
  values.set(key.values, query.values.length)
  values.set(value.values, 2 * query.values.length)
  return { dims: [3 * query.dims[0], ...query.dims.slice(1)], values }
}
