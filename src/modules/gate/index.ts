export { unmetText } from './path.ts'
export { gateRoutes } from './routes.ts'
export { createGate, type Gate } from './service.ts'
export { type SignedVerdict, type VerifiedVerdict, verifyVerdict } from './verify.ts'
