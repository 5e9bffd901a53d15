export { challengeRoutes } from './routes.ts'
export { type Challenges, createChallenges } from './service.ts'
export { challengesOfVersions } from './store.ts'
export { type VerifiedChallenge, verifyChallenge } from './verify.ts'
