/** Where an MLflow location says that files are. */
export type Place =
  | { kind: 'proxied'; segments: string[] }
  | { kind: 'local'; segments: string[] }
  /** Another store; `root` is its bucket or host. */
  | { kind: 'remote'; root: string }
  | { kind: 'refused'; reason: string }

/** One letter is the drive of a Windows path. */
const withScheme = /^([a-zA-Z][a-zA-Z0-9+.-]+):(.*)$/s

export function placeOf(location: string): Place {
  const [, scheme = '', rest = ''] = withScheme.exec(location) ?? []
  switch (scheme.toLowerCase()) {
    case 'mlflow-artifacts':
      return inFolders('proxied', rest.replace(/^\/\/[^/]*/, ''))
    case 'file':
      return inFolders('local', decoded(rest.replace(/^\/\/[^/]*/, '')))
    case '':
      return inFolders('local', location.replaceAll('\\', '/'))
    default:
      return { kind: 'remote', root: `${scheme}:${/^\/\/[^/?#]*/.exec(rest)?.[0] ?? ''}`.replace(/\/\/[^/@]*@/, '//') }
  }
}

function inFolders(kind: 'proxied' | 'local', path: string | undefined): Place {
  if (path === undefined || path.includes('\0')) return { kind: 'refused', reason: 'the location is not a path' }
  const segments = path.split('/').filter((part) => part !== '' && part !== '.')
  for (let round = 0, text = path; round < 3; round++, text = decoded(text) ?? text) {
    if (text.split(/[/\\]/).includes('..')) return { kind: 'refused', reason: 'the location climbs out of its folder' }
  }
  return { kind, segments }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
