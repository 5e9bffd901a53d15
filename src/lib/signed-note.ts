import { createHash } from 'node:crypto'
import { fromBase64, toBase64 } from './base64.ts'
import { type SigningKey, sign, verify } from './keys.ts'

/** A C2SP signed-note verifier key (c2sp.org/signed-note): the name, the 4-byte key id as hexadecimal, the raw key. */
export type VerifierKey = { readonly name: string; readonly id: string; readonly publicKey: Uint8Array }

/** A key signs notes under a name, by convention the origin of the log. */
export type NoteSigner = { readonly name: string; readonly key: SigningKey }

export type NoteSignature = { readonly name: string; readonly id: string; readonly signature: Uint8Array }

export type SignedNote = { readonly text: string; readonly signatures: readonly NoteSignature[] }

export type OpenedNote =
  | { outcome: 'verified'; text: string; signedBy: VerifierKey[]; unknown: number }
  | { outcome: 'malformed' | 'bad_signature' | 'no_known_signature'; message: string }

const ed25519Type = 0x01
const maxNoteLength = 1_000_000
const maxSignatures = 100
const signaturePrefix = '— '

/** Key names are not empty and hold neither Unicode spaces nor plus signs. */
export function isKeyName(name: string): boolean {
  return /^[^\s\p{White_Space}+\p{Cc}]+$/u.test(name) && name.isWellFormed()
}

/** The first 4 bytes of SHA-256(name || 0x0A || 0x01 || public key): it tells keys apart and proves nothing. */
export function noteKeyId(name: string, publicKey: Uint8Array): string {
  const hash = createHash('sha256').update(`${name}\n`).update(Uint8Array.of(ed25519Type)).update(publicKey)
  return hash.digest('hex').slice(0, 8)
}

export function verifierKeyOf(signer: NoteSigner): VerifierKey {
  const { publicKey } = signer.key
  return { name: signer.name, id: noteKeyId(signer.name, publicKey), publicKey }
}

/** `name+id+base64(0x01 || key)`. */
export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${key.id}+${toBase64(Buffer.concat([Uint8Array.of(ed25519Type), key.publicKey]))}`
}

/** Undefined for other algorithms than Ed25519 and for an id that is not that of the key. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text)
  const [, name = '', id = '', encoded = ''] = match ?? []
  const bytes = fromBase64(encoded)
  if (!isKeyName(name) || bytes?.length !== 33 || bytes[0] !== ed25519Type) return undefined
  const publicKey = Uint8Array.from(bytes.subarray(1))
  return noteKeyId(name, publicKey) === id ? { name, id, publicKey } : undefined
}

export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!isNoteText(text)) throw new TypeError('a note is text that ends in a newline and has no control characters')
  const lines = signers.map((signer) => {
    if (!isKeyName(signer.name)) throw new TypeError(`"${signer.name}" is not a name of a note key`)
    const id = Buffer.from(noteKeyId(signer.name, signer.key.publicKey), 'hex')
    return `${signaturePrefix}${signer.name} ${toBase64(Buffer.concat([id, sign(signer.key, Buffer.from(text))]))}\n`
  })
  return `${text}\n${lines.join('')}`
}

/** Takes a note apart without verifying anything; undefined when it is none. */
export function parseNote(note: string): SignedNote | undefined {
  if (note.length > maxNoteLength || !isNoteText(note)) return undefined
  const split = note.lastIndexOf('\n\n')
  if (split < 0) return undefined
  const text = note.slice(0, split + 1)
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > maxSignatures) return undefined
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const signature = parseSignature(line)
    if (!signature) return undefined
    signatures.push(signature)
  }
  return { text, signatures }
}

/**
 * Verifies a note against the keys that are trusted. As signed-note asks: signatures by unknown keys are ignored (and
 * counted), one bad signature by a known key refuses the note, and at least one known key must have signed.
 */
export function openNote(note: string, keys: readonly VerifierKey[]): OpenedNote {
  const parsed = parseNote(note)
  if (!parsed) return { outcome: 'malformed', message: 'this is not a signed note' }
  const text = Buffer.from(parsed.text)
  const signedBy = new Set<VerifierKey>()
  let unknown = 0
  for (const { name, id, signature } of parsed.signatures) {
    const key = keys.find((candidate) => candidate.name === name && candidate.id === id)
    if (!key) {
      unknown++
      continue
    }
    if (!verify(key.publicKey, text, signature)) {
      return { outcome: 'bad_signature', message: `the signature of ${name}+${id} does not fit the note` }
    }
    signedBy.add(key)
  }
  if (signedBy.size === 0) return { outcome: 'no_known_signature', message: 'no known key has signed this note' }
  return { outcome: 'verified', text: parsed.text, signedBy: [...signedBy], unknown }
}

function parseSignature(line: string): NoteSignature | undefined {
  if (!line.startsWith(signaturePrefix)) return undefined
  const [name = '', encoded = '', ...rest] = line.slice(signaturePrefix.length).split(' ')
  const bytes = fromBase64(encoded)
  if (rest.length > 0 || !isKeyName(name) || !bytes || bytes.length < 5) return undefined
  return { name, id: Buffer.from(bytes.subarray(0, 4)).toString('hex'), signature: bytes.subarray(4) }
}

/** Whole lines of well-formed text without control characters below U+0020 other than the newline. */
function isNoteText(text: string): boolean {
  if (!text.endsWith('\n') || !text.isWellFormed()) return false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 && code !== 0x0a) return false
  }
  return true
}
