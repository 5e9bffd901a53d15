import { z } from 'zod'
import { badRequest } from '../../../lib/errors.ts'

/** Where a page ended: the segment of the order and the values it is sorted by, so that new rows do not shift the next. */
const Place = z.object({ s: z.int().min(0), v: z.array(z.union([z.string(), z.number()])) })
export type Place = z.infer<typeof Place>

export function writePageToken(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

export function readPageToken(token: string | undefined, columns: (segment: number) => number): Place | undefined {
  if (!token) return undefined
  const place = Place.safeParse(parsed(token))
  if (!place.success || place.data.v.length !== columns(place.data.s)) {
    throw badRequest('Invalid page token, could not base64-decode')
  }
  return place.data
}

function parsed(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
