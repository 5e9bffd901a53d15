import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import {
  type ChallengeInput,
  ChallengeResult,
  ChallengeSheet,
  SignedChallenge,
  VersionDifferences,
} from '../../../src/modules/challenges/schema.ts'
import { at, get, send } from '../../api/http.ts'

export const challengeSheet = (model: string, alias: string, challenger: number) =>
  queryOptions({
    queryKey: ['challenges', 'sheet', model, alias, challenger],
    queryFn: () => get(at(['models', model, 'challenge'], { alias, challenger }), ChallengeSheet),
  })

/** For the strictest environment, unless one is named. */
export const differencesOf = (model: string, a: number, b: number, environment?: string) =>
  queryOptions({
    queryKey: ['challenges', 'differences', model, a, b, environment],
    queryFn: () => get(at(['models', model, 'differences'], { a, b, environment }), VersionDifferences),
  })

export const challengesOf = (model: string) =>
  queryOptions({
    queryKey: ['challenges', 'list', model],
    queryFn: async () =>
      (await get(at(['models', model, 'challenges']), z.object({ challenges: z.array(SignedChallenge) }))).challenges,
  })

/** A refusal comes back as an answer with status 409. */
export const decideChallenge = (model: string, input: ChallengeInput) =>
  send('POST', at(['models', model, 'challenges']), ChallengeResult, input, [409])
