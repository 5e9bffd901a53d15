import { isTarHeader } from './tar.ts'

/** What bytes are, by how they begin. Extensions are the sender's word and decide nothing alone. */
export type Kind =
  | 'zip'
  | 'pickle'
  | 'npy'
  | 'gzip'
  | 'zlib'
  | 'zstd'
  | 'opaque'
  | 'tar'
  | 'hdf5'
  | 'executable'
  | 'script'
  | 'other'

const magics: readonly (readonly [string, Kind])[] = [
  ['504b0304', 'zip'],
  ['504b0506', 'zip'],
  ['934e554d5059', 'npy'],
  ['1f8b', 'gzip'],
  ['28b52ffd', 'zstd'],
  ['425a68', 'opaque'],
  ['fd377a585a00', 'opaque'],
  ['377abcaf271c', 'opaque'],
  ['04224d18', 'opaque'],
  ['526172211a07', 'opaque'],
  ['5d00008000', 'opaque'],
  ['894844460d0a1a0a', 'hdf5'],
  ['7f454c46', 'executable'],
  ['4d5a9000', 'executable'],
  ['feedface', 'executable'],
  ['feedfacf', 'executable'],
  ['cefaedfe', 'executable'],
  ['cffaedfe', 'executable'],
  ['2321', 'script'],
]

const names: Readonly<Record<string, string>> = {
  '425a68': 'bzip2',
  fd377a585a00: 'xz',
  '377abcaf271c': '7z',
  '04224d18': 'LZ4',
  '526172211a07': 'RAR',
  '5d00008000': 'LZMA',
}

export function kindOf(head: Buffer): Kind {
  const start = head.toString('hex', 0, 8)
  const found = magics.find(([magic]) => start.startsWith(magic))
  if (found) return found[1]
  if (head[0] === 0x80 && (head[1] ?? 99) <= 5) return 'pickle'
  if (head[0] === 0x78 && head.length > 2 && head.readUInt16BE(0) % 31 === 0) return 'zlib'
  return isTarHeader(head) ? 'tar' : 'other'
}

/** The name of a format that cannot be looked into here. */
export function opaqueName(head: Buffer): string {
  const start = head.toString('hex', 0, 8)
  return Object.entries(names).find(([magic]) => start.startsWith(magic))?.[1] ?? 'unknown'
}

/** Names under which Python's loaders expect a pickle, whatever protocol it has. */
export const mayBePickle = (path: string) =>
  /\.(pkl|pickle|p|pck|joblib|jl|sav|dill|cloudpickle|pt|pth|ckpt|mar|bin|model|dat|data|npy|pyt|tar)$/i.test(path)
