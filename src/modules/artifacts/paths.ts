/** The longest path; each of its names must also fit into a file name where clients download to. */
const longestPath = 1024
const longestName = 255

/** Where copies of what lies in direct stores are kept. No experiment has this name. */
export const sealedCopies = 'direct/sealed'

/** A path that is only its own name: relative, in normal form, and a file name on every system. */
export type ArtifactPath = string & { readonly __brand: 'ArtifactPath' }

/**
 * A path that a client may write to. Undefined for whatever could mean another place, also after a second round of
 * percent-decoding or on a system where `\` separates names.
 */
export function toArtifactPath(text: string): ArtifactPath | undefined {
  if (text === '' || text.length > longestPath || !isHarmless(text)) return undefined
  const names = text.split('/')
  if (names.some((name) => name === '' || name === '.' || Buffer.byteLength(name) > longestName)) return undefined
  return text as ArtifactPath
}

/** A place to look at: the empty text is the root, and repeated or trailing slashes mean what they mean to a file system. */
export function toLookupPath(text: string): ArtifactPath | '' | undefined {
  if (text.startsWith('/') || text.length > longestPath || !isHarmless(text)) return undefined
  return normalPath(text)
}

export const normalPath = (text: string): ArtifactPath | '' =>
  text
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .join('/') as ArtifactPath

/** The artifact path in `mlflow-artifacts:/a/b` or `mlflow-artifacts://host/a/b`; undefined for another place. */
export function pathOfUri(uri: string): string | undefined {
  const [, path] = /^mlflow-artifacts:(?:\/\/[^/?#]*)?\/?([^?#]*)$/i.exec(uri) ?? []
  return path === undefined ? undefined : normalPath(path)
}

/** The folders around a path, outermost first, without the root. */
export function foldersOf(path: string): string[] {
  const names = path.split('/')
  return names.slice(1).map((_, i) => names.slice(0, i + 1).join('/'))
}

export function splitPath(path: string): { folder: string; name: string } {
  const at = path.lastIndexOf('/')
  return { folder: at < 0 ? '' : path.slice(0, at), name: path.slice(at + 1) }
}

/** The run that a path belongs to, if it has MLflow's form. */
export function runOf(path: string): string | undefined {
  const [, run, artifacts] = path.split('/')
  return artifacts === 'artifacts' && run !== 'models' ? run : undefined
}

const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:\//

function isHarmless(text: string): boolean {
  for (let decoded = text; ; ) {
    if (!decoded.isWellFormed() || hasControl(decoded) || decoded.includes('\\') || scheme.test(decoded)) return false
    if (decoded.split('/').includes('..')) return false
    const next = decodeOnce(decoded)
    if (next === decoded) return true
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

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code === 0x7f) return true
  }
  return false
}
