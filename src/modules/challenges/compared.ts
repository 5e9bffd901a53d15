import type { Db } from '../../db/database.ts'
import { digestOf } from '../../lib/digest.ts'
import type { Digest } from '../../lib/ids.ts'
import { compareVersions, evidenceOf } from '../evaluation/index.ts'
import type { VersionComparison } from '../evaluation/schema.ts'
import type { VersionLine } from '../registry/index.ts'
import type { ChallengeSheet, ComparedEvidence } from './schema.ts'

export type Compared = {
  readonly comparison: VersionComparison
  readonly digest: Digest
  readonly evidence: ComparedEvidence[]
}

type Pair = { readonly champion: VersionLine; readonly challenger: VersionLine }

/** The comparison as it is now, with the digest of exactly this and the evidence that it rests on. */
export async function comparedNow(db: Db, model: string, { champion, challenger }: Pair): Promise<Compared> {
  const [before, after] = [await evidenceOf(db, champion.id), await evidenceOf(db, challenger.id)]
  const comparison = compareVersions(
    model,
    { version: champion.version, evidence: before },
    { version: challenger.version, evidence: after },
  )
  const digests = new Map([...before, ...after].map(({ id, digest }) => [id as string, digest]))
  const evidence = comparison.kinds.flatMap(({ kind, a, b }) =>
    [['champion', a] as const, ['challenger', b] as const].flatMap(([side, id]) => {
      const digest = id === null ? undefined : digests.get(id)
      return id === null || digest === undefined ? [] : [{ side, kind, id, digest }]
    }),
  )
  return { comparison, digest: digestOf({ comparison, evidence }), evidence }
}

/** What the figures say about whether the change matters. Where nothing can be compared, nobody can call it minor. */
export function suggestionOf({ figures, kinds }: VersionComparison): ChallengeSheet['suggested'] {
  const crossed = figures.filter(({ limit }) => limit?.crossed).length
  const beyond = figures.filter(({ decisive }) => decisive).length
  const odd = kinds.filter(({ differs }) => differs.length > 0).length
  if (figures.length === 0) return { materiality: 'material', why: 'Nothing was measured of both versions.' }
  if (crossed > 0) {
    return {
      materiality: 'material',
      why: `${crossed} of ${figures.length} figures stand on the other side of a limit.`,
    }
  }
  if (beyond > 0) {
    return {
      materiality: 'material',
      why: `${beyond} of ${figures.length} figures differ by more than chance explains.`,
    }
  }
  if (odd > 0) return { materiality: 'material', why: 'The two were not measured on the same ground.' }
  return { materiality: 'minor', why: 'No figure differs by more than chance explains, and no limit is crossed.' }
}
