import type { Digest } from '../../lib/ids.ts'

/** What a workload says about the version it runs; `where` says where it says so. */
export type Reference =
  /** `version` is a number or an alias; with `digest`, it must have this content. */
  | {
      readonly kind: 'version'
      readonly where: string
      readonly model: string
      readonly version: string
      readonly digest: Digest | null
    }
  | { readonly kind: 'digest'; readonly where: string; readonly model: string | null; readonly digest: Digest }
  /** An image that may serve a version, or none. */
  | { readonly kind: 'image'; readonly where: string; readonly image: Digest }
  /** Where files come from; with `ours`, from nowhere but here. */
  | { readonly kind: 'location'; readonly where: string; readonly uri: string; readonly ours: boolean }
  /** It says something that cannot be understood. */
  | { readonly kind: 'problem'; readonly message: string }

export type AdmissionQuestion = {
  /** Null is the environment that claims the namespace. */
  readonly environment: string | null
  readonly references: readonly Reference[]
  /** Who wants to run what, in the words of the cluster. */
  readonly request: {
    readonly uid: string
    readonly kind: string
    readonly namespace: string
    readonly name: string
    readonly operation: string
    readonly user: string
  }
  /** False for a trial: nothing is stored or recorded. */
  readonly keep: boolean
}

export type AdmissionAnswer = {
  readonly allowed: boolean
  readonly message: string
  /** What people are told although it stops nothing. */
  readonly warnings: readonly string[]
  /** The verdicts that were given, by id. */
  readonly verdicts: readonly string[]
}
