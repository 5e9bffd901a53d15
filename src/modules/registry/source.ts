import { badRequest } from '../../lib/errors.ts'
import { normalPath, pathOfUri } from '../artifacts/index.ts'

/** What a version's `source` points at, as MLflow's clients write it. */
export type Source =
  | { kind: 'run'; run: string; path: string }
  | { kind: 'artifacts'; path: string }
  | { kind: 'version'; model: string; which: string }
  | { kind: 'logged_model'; id: string }
  /** Somewhere else: recorded, and without files, because nothing here can vouch for them. */
  | { kind: 'elsewhere' }

const longestSource = 2000
const withScheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):(.*)$/s

/** `ofRun`: the client named a run; MLflow then speaks of the path alone. */
export function parseSource(source: string, { ofRun = false } = {}): Source {
  if (source.length > longestSource) {
    throw badRequest(`'source' exceeds the maximum length of ${longestSource} characters`)
  }
  const [, scheme = '', rest = ''] = withScheme.exec(source) ?? []
  if (scheme === '' || scheme.toLowerCase() === 'file') {
    throw badRequest(
      `Invalid model version source: '${ofRun ? source.replace(/^file:\/\/(?=\/)/i, '') : source}'. To use a local path as a model version source, the run_id request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the run_id.`,
    )
  }
  if (climbs(rest)) {
    throw badRequest(
      `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.`,
    )
  }
  switch (scheme.toLowerCase()) {
    case 'runs': {
      const [run = '', ...path] = rest.replace(/^\/+/, '').split('/')
      return { kind: 'run', run, path: normalPath(path.join('/')) }
    }
    case 'mlflow-artifacts':
      return { kind: 'artifacts', path: pathOfUri(source) ?? '' }
    case 'models': {
      const name = rest.replace(/^\/+/, '')
      if (/^m-[0-9a-f]{32}$/.test(name)) return { kind: 'logged_model', id: name }
      const [, model = '', which = ''] = /^(.+)[/@]([^/@]+)$/s.exec(name) ?? []
      return { kind: 'version', model, which }
    }
    default:
      return { kind: 'elsewhere' }
  }
}

/** `..` as a name, also behind percent-encoding, once or more often. */
function climbs(path: string): boolean {
  for (let decoded = path; ; ) {
    if (decoded.split(/[/\\?#]/).includes('..')) return true
    const next = decodeOnce(decoded)
    if (next === decoded) return false
    decoded = next
  }
}

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
