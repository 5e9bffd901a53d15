import { useQuery } from '@tanstack/react-query'
import { session } from '../access/queries.ts'

/** The open seats of the signed-in person, each with its end; what is asked is asked from one of them. */
export function useSeats(): { id: string; until: string | undefined }[] {
  const { data } = useQuery(session)
  const seats = new Map<string, string | undefined>()
  for (const { seat, until } of data?.person.grants ?? []) if (seat !== undefined) seats.set(seat, until)
  return [...seats].map(([id, until]) => ({ id, until }))
}
