import { crc32, deflateRawSync } from 'node:zlib'

type Entry = {
  name: string
  bytes: Buffer
  /** Stored unless it says so. */
  deflate?: boolean
  /** What stands in front of the bytes, where it differs from the directory. */
  localName?: string
  packed?: Buffer
  size?: number
  method?: number
}

/** A zip archive, also one that lies: `copies` names every entry so often in the directory. */
export function zipOf(entries: readonly Entry[], { copies = 1 }: { copies?: number } = {}): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, bytes, deflate = false, localName = name, ...given } of entries) {
    const method = given.method ?? (deflate ? 8 : 0)
    const packed = given.packed ?? (deflate ? deflateRawSync(bytes) : bytes)
    const size = given.size ?? bytes.length
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(method, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(size, 18)
    const local = Buffer.from(common)
    local.writeUInt16LE(Buffer.byteLength(localName), 22)
    const body = Buffer.concat([Buffer.from('PK\x03\x04'), local, Buffer.from(localName), packed])
    const central = Buffer.alloc(42)
    common.copy(central, 2)
    central.writeUInt16LE(Buffer.byteLength(name), 24)
    central.writeUInt32LE(offset, 38)
    for (let i = 0; i < copies; i++) directory.push(Buffer.from('PK\x01\x02'), central, Buffer.from(name))
    bodies.push(body)
    offset += body.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length * copies, 4)
  end.writeUInt16LE(entries.length * copies, 6)
  end.writeUInt32LE(listed.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...bodies, listed, Buffer.from('PK\x05\x06'), end])
}

/** A tar archive; an entry with a link is a symbolic one. */
export function tarOf(entries: readonly { name: string; bytes: Buffer; link?: string }[]): Buffer {
  const blocks = entries.flatMap(({ name, bytes, link }) => {
    const head = Buffer.alloc(512)
    head.write(name, 0)
    head.write('0000644', 100)
    head.write(bytes.length.toString(8).padStart(11, '0'), 124)
    head.write(' '.repeat(8), 148)
    head.write(link === undefined ? '0' : '2', 156)
    if (link !== undefined) head.write(link, 157)
    head.write('ustar\x0000', 257)
    const sum = head.reduce((all, byte) => all + byte, 0)
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}
