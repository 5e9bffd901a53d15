/** Bytes that can be read in ranges: a file, a blob, a buffer. */
export type ByteSource = {
  readonly size: number
  /** The bytes from `offset` on, `length` of them or up to the end. */
  read(offset: number, length: number): Promise<Uint8Array>
}
