import { onDemand } from '../../../lib/on-demand.ts'
import { once } from '../../../lib/once.ts'
import { onnxMessages } from '../../../lib/onnx-proto.ts'
import type { Linear, Tree, TreeEnsemble } from '../metrics/explanation/index.ts'

/** What an ONNX file says of itself that explanations can use: an additive model over the columns of one matrix. */
export type OnnxParts =
  | { readonly kind: 'trees'; readonly ensemble: TreeEnsemble; readonly scale: 'log_odds' | 'output' }
  | { readonly kind: 'linear'; readonly model: Linear; readonly scale: 'log_odds' | 'output' }

const protobuf = onDemand<typeof import('protobufjs')>('protobufjs')
const root = once(() =>
  protobuf().Root.fromJSON({
    nested: Object.fromEntries(Object.entries(onnxMessages).map(([name, fields]) => [name, { fields }])),
  }),
)

type Attribute = {
  name: string
  i?: unknown
  s?: Uint8Array
  floats?: number[]
  ints?: unknown[]
  strings?: Uint8Array[]
}
type Node = { op_type: string; input?: string[]; output?: string[]; attribute?: Attribute[] }

/**
 * The one tree ensemble or linear model of a file whose input is that model's input, for two classes or one target
 * (operators of ai.onnx.ml, version 1 to 3). Undefined for every other graph: sampling explains it then.
 */
export function readOnnxParts(bytes: Uint8Array): OnnxParts | undefined {
  const message = root().lookupType('ModelProto').decode(bytes) as unknown as {
    graph?: { node?: Node[]; input?: { name: string }[] }
  }
  const nodes = message.graph?.node ?? []
  const models = nodes.filter(({ op_type }) => /^(TreeEnsemble|Linear)(Classifier|Regressor)$/.test(op_type))
  const [node] = models
  if (!node || models.length > 1 || !takesInput(node, nodes, message.graph?.input?.[0]?.name)) return undefined
  const of = attributesOf(node)
  switch (node.op_type) {
    case 'TreeEnsembleClassifier':
      return trees(of, 'class')
    case 'TreeEnsembleRegressor':
      return trees(of, 'target')
    default:
      return linear(of)
  }
}

/** Names of the classes in the order of their probabilities, where the file says them once. */
export function readClassLabels(bytes: Uint8Array): string[] | undefined {
  const message = root().lookupType('ModelProto').decode(bytes) as unknown as { graph?: { node?: Node[] } }
  const found = (message.graph?.node ?? []).flatMap((node) => {
    const of = attributesOf(node)
    const words = of.strings('classlabels_strings')
    const numbers = [...of.ints('classlabels_int64s'), ...of.ints('classlabels_ints')]
    const labels = words.length > 0 ? [...words] : numbers.map(String)
    return labels.length > 0 ? [labels] : []
  })
  const [first] = found
  return found.every((labels) => labels.join('\n') === first?.join('\n')) ? first : undefined
}

/** Directly, or through a change of type. */
function takesInput(node: Node, nodes: readonly Node[], input: string | undefined): boolean {
  const [source] = node.input ?? []
  if (source === input) return true
  const before = nodes.find(({ output }) => output?.[0] === source)
  return before?.op_type === 'Cast' && before.input?.[0] === input
}

type Attributes = {
  readonly floats: (name: string) => readonly number[]
  readonly ints: (name: string) => readonly number[]
  readonly strings: (name: string) => readonly string[]
  readonly text: (name: string) => string
}

function attributesOf(node: Node): Attributes {
  const named = new Map((node.attribute ?? []).map((attribute) => [attribute.name, attribute]))
  const decoded = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8')
  const whole = new Map([...named].map(([name, { ints = [] }]) => [name, ints.map(Number)]))
  return {
    floats: (name) => named.get(name)?.floats ?? [],
    ints: (name) => whole.get(name) ?? [],
    strings: (name) => (named.get(name)?.strings ?? []).map(decoded),
    text: (name) => decoded(named.get(name)?.s ?? new Uint8Array()),
  }
}

const scaleOf = (of: Attributes) => (of.text('post_transform') === 'LOGISTIC' ? 'log_odds' : 'output')

function trees(of: Attributes, leaves: 'class' | 'target'): OnnxParts | undefined {
  const ids = of.ints(`${leaves}_ids`)
  const wanted = Math.max(0, ...ids)
  if (wanted > 1 || (leaves === 'target' && wanted > 0)) return undefined
  const modes = of.strings('nodes_modes')
  if (modes.some((mode) => !['BRANCH_LEQ', 'BRANCH_LT', 'LEAF'].includes(mode))) return undefined
  const places = new Map<string, number>()
  const treeIds = of.ints('nodes_treeids')
  const nodeIds = of.ints('nodes_nodeids')
  const rows = new Map<number, number[]>()
  for (const [row, tree] of treeIds.entries()) {
    const known = rows.get(tree) ?? []
    places.set(`${tree} ${nodeIds[row]}`, known.length)
    known.push(row)
    rows.set(tree, known)
  }
  const values = leafValues(of, leaves, wanted)
  const average = of.text('aggregate_function') === 'AVERAGE' ? rows.size : 1
  const ensemble: Tree[] = [...rows].map(([tree, own]) => {
    const column = (name: string) => Int32Array.from(own, (row) => of.ints(name)[row] ?? 0)
    const child = (name: string) => {
      const ids = of.ints(name)
      return Int32Array.from(own, (row) => places.get(`${tree} ${ids[row]}`) ?? 0)
    }
    const isLeaf = own.map((row) => modes[row] === 'LEAF')
    const feature = column('nodes_featureids').map((id, i) => (isLeaf[i] ? -1 : id))
    const thresholds = of.floats('nodes_values')
    const missing = of.ints('nodes_missing_value_tracks_true')
    return {
      feature,
      threshold: Float64Array.from(own, (row) => thresholds[row] ?? 0),
      left: child('nodes_truenodeids'),
      right: child('nodes_falsenodeids'),
      value: Float64Array.from(own, (row) => (values.get(`${tree} ${nodeIds[row]}`) ?? 0) / average),
      strict: modes[own.find((_, i) => !isLeaf[i]) ?? own[0] ?? 0] === 'BRANCH_LT',
      missingLeft: Uint8Array.from(own, (row) => missing[row] ?? 0),
    }
  })
  const bases = of.floats('base_values')
  return { kind: 'trees', ensemble: { base: bases[wanted] ?? bases[0] ?? 0, trees: ensemble }, scale: scaleOf(of) }
}

/** Sums of the weights of the class or target that is explained: the last one. */
function leafValues(of: Attributes, leaves: 'class' | 'target', wanted: number): Map<string, number> {
  const [treeIds, nodeIds, ids] = [`${leaves}_treeids`, `${leaves}_nodeids`, `${leaves}_ids`].map(of.ints)
  const weights = of.floats(`${leaves}_weights`)
  const values = new Map<string, number>()
  for (const [i, id] of (ids ?? []).entries()) {
    if (id !== wanted) continue
    const key = `${treeIds?.[i]} ${nodeIds?.[i]}`
    values.set(key, (values.get(key) ?? 0) + (weights[i] ?? 0))
  }
  return values
}

/** For two classes the file holds one row of coefficients a class, or one for the second. */
function linear(of: Attributes): OnnxParts | undefined {
  const coefficients = of.floats('coefficients')
  const intercepts = of.floats('intercepts')
  const outputs = Math.max(1, intercepts.length)
  if (outputs > 2 || coefficients.length % outputs !== 0) return undefined
  const width = coefficients.length / outputs
  const last = Float64Array.from(coefficients.slice(coefficients.length - width))
  return { kind: 'linear', model: { intercept: intercepts.at(-1) ?? 0, coefficients: last }, scale: scaleOf(of) }
}
