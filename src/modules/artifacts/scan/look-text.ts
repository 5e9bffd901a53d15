import type { ScanSeverity } from '../schema.ts'
import type { Content } from './content.ts'
import type { Report } from './report.ts'

const largestConfig = 32 * 1024 * 1024
const overlap = 256

/** What a file's name alone says. */
export function lookAtName(report: Report, path: string): void {
  if (/\.(py|pyw|ipynb|sh|bat|ps1)$/i.test(path)) {
    report.add({
      path,
      severity: 'notice',
      rule: 'source-code',
      what: 'source code',
      message: 'It is source code, which runs if the model is loaded with it.',
    })
  } else if (/\.(pyc|pyo|so|dll|dylib|exe|jar|class|wasm)$/i.test(path)) {
    report.add({
      path,
      severity: 'unknown',
      rule: 'executable',
      what: 'compiled code',
      message: 'It is compiled code.',
    })
  }
}

/** YAML that makes Python objects, and layers of Keras that carry code in files of text. */
export async function lookAtText(report: Report, content: Content, head: Buffer): Promise<void> {
  const { path } = content
  const isYaml = /\.ya?ml$|(^|[/!])MLmodel$/i.test(path)
  const isJson = /\.json$/i.test(path) || head.toString('latin1', 0, 200).trimStart().startsWith('{"class_name"')
  if (isYaml && (await holds(content, [/!!python\/|tag:yaml\.org,2002:python\//]))) {
    report.add({
      path,
      severity: 'unsafe',
      rule: 'yaml-object',
      what: '!!python',
      message: 'It makes Python objects when it is read with a loader that allows it.',
    })
  }
  if (isJson && (await holds(content, [lambda]))) addLambda(report, path)
}

const lambda = /"class_name"\s*:\s*"(Lambda|__lambda__|TFOpLambda)"/

/** Keras keeps the structure of a model as JSON inside HDF5. */
export async function lookAtHdf5(report: Report, content: Content): Promise<void> {
  if (await holds(content, [lambda])) addLambda(report, content.path)
}

/** Operations of TensorFlow that read and write files, or call back into Python, whenever the graph runs. */
export async function lookAtSavedModel(report: Report, content: Content): Promise<void> {
  for (const [name, severity] of [
    ['WriteFile', 'unsafe'],
    ['ReadFile', 'unsafe'],
    ['MatchingFiles', 'unsafe'],
    ['PyFunc', 'unsafe'],
    ['EagerPyFunc', 'unsafe'],
    ['Lambda', 'unknown'],
  ] as const satisfies readonly (readonly [string, ScanSeverity])[]) {
    if (!(await holds(content, [new RegExp(`[\\x01-\\x20]${name}[^A-Za-z0-9]`)]))) continue
    report.add({
      path: content.path,
      severity,
      rule: 'graph-file-access',
      what: name,
      message: `Its graph has the operation ${name}.`,
    })
  }
}

/** Modules that Keras itself writes into the configuration of a model. */
const ownModules = /^(keras|keras_hub|keras_nlp|keras_cv|tensorflow\.keras|tf_keras|builtins)(\.|$)/

/** Keras 3 imports the module that a layer names, whatever it is. */
export async function lookAtKerasConfig(report: Report, content: Content): Promise<void> {
  const { path } = content
  const text = await textOf(content)
  const config = text === undefined ? undefined : parsed(text)
  if (config === undefined) {
    report.add({
      path,
      severity: 'unknown',
      rule: 'opaque',
      what: 'config',
      message: 'The structure of the model cannot be read.',
    })
    return
  }
  const open: unknown[] = [config]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue
    const { class_name, module } = value as Record<string, unknown>
    if (class_name === 'Lambda' || class_name === '__lambda__') addLambda(report, path)
    if (typeof class_name === 'string' && typeof module === 'string' && !ownModules.test(module)) {
      report.add({
        path,
        severity: 'unknown',
        rule: 'keras-module',
        what: `${module}.${class_name}`,
        message: `It imports ${module} when it is loaded.`,
      })
    }
    for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) open.push(inner)
  }
}

function addLambda(report: Report, path: string): void {
  report.add({
    path,
    severity: 'unsafe',
    rule: 'keras-lambda',
    what: 'Lambda',
    message: 'It has a Lambda layer: Python code that runs when the model is used.',
  })
}

/** Whether one of the patterns occurs, each shorter than the overlap of two chunks. */
async function holds(content: Content, patterns: readonly RegExp[]): Promise<boolean> {
  let before = ''
  for await (const chunk of content.chunks()) {
    const text = before + Buffer.from(chunk).toString('latin1')
    if (patterns.some((pattern) => pattern.test(text))) return true
    before = text.slice(-overlap)
  }
  return false
}

async function textOf(content: Content): Promise<string | undefined> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of content.chunks()) {
    size += chunk.length
    if (size > largestConfig) return undefined
    parts.push(chunk)
  }
  return Buffer.concat(parts).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
