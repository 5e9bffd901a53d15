export { recordSeatReads } from './hook.ts'
export { createSeatReads, type SeatReads } from './reads.ts'
export { createRoom } from './room.ts'
export { auditorRoutes } from './routes.ts'
