import { fileURLToPath } from 'node:url'

/** A place outside the vault, inside one of the prefixes that the operator allows. */
export type DirectPlace =
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'file'; readonly root: string; readonly path: string }

export type DirectEntry = { readonly name: string; readonly is_dir: boolean; readonly size: number | null }

/** `path` is one that means no other place: relative, in normal form. */
export function within(place: DirectPlace, path: string): DirectPlace {
  const join = (folder: string) => [folder, path].filter((part) => part !== '').join('/')
  return place.kind === 's3' ? { ...place, key: join(place.key) } : { ...place, path: join(place.path) }
}

/** Without a slash at the end; undefined for what has a query, a fragment, another host, or could mean another place. */
export function normalUri(uri: string): string | undefined {
  if (/[\p{Cc}\\]/u.test(uri)) return undefined
  const [, scheme = '', rest = ''] = /^(s3|file):(.*)$/is.exec(uri) ?? []
  if (scheme.toLowerCase() === 's3') {
    const [, bucket, key = ''] = /^\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]*))?$/s.exec(rest) ?? []
    return bucket === undefined || climbs(key) ? undefined : trimmed(`s3://${bucket}/${key}`)
  }
  if (scheme === '' || /[?#]/.test(rest) || !/^(\/\/(localhost)?)?\/[^/]/i.test(rest)) return undefined
  try {
    const encoded = rest.replace(/^\/\/(localhost)?/i, '')
    const path = fileURLToPath(`file://${encoded}`)
    return climbs(encoded) || climbs(path) || /\p{Cc}/u.test(path) ? undefined : trimmed(`file://${path}`)
  } catch {
    return undefined
  }
}

function climbs(path: string): boolean {
  const names = path.replace(/^\//, '').replace(/\/$/, '').split('/')
  return path !== '' && names.some((name) => name === '..' || name === '.' || name === '' || /^(%2e){1,2}$/i.test(name))
}

const trimmed = (uri: string) => uri.replace(/\/$/, '')
