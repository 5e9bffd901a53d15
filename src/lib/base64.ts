/**
 * Base64 as its encoder writes it (RFC 4648 section 4, padded, no line breaks, spare bits zero), so that one sequence of
 * bytes has one text and a changed character never goes unseen.
 */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
