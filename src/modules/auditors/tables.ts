export type AuditorTables = { seat_read: SeatReadRow }

/** `batch` is the event that carries the read, once it stands in the trail. */
export type SeatReadRow = {
  id: string
  seat_id: string
  person_id: string
  at: string
  method: string
  path: string
  status: number
  batch: string | null
}
