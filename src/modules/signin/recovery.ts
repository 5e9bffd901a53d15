import { randomBytes } from 'node:crypto'
import { sha256 } from '../../lib/digest.ts'
import type { PersonId } from '../audit/schema.ts'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const many = 10
const length = 16

/** Ten codes of 80 random bits each, in groups of four characters. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: many }, () =>
    [...randomBytes(length)].map((byte, i) => `${i > 0 && i % 4 === 0 ? '-' : ''}${alphabet[byte & 31]}`).join(''),
  )

/** What is stored: 80 random bits are beyond guessing, so one hash is enough. Case, spaces and hyphens do not count. */
export function hashRecoveryCode(person: PersonId, code: string): string {
  const plain = code.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1')
  return sha256(`recovery:${person}:${plain}`)
}
