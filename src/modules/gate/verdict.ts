import { z } from 'zod'
import type { Moment } from '../../lib/ids.ts'
import { Digest } from '../../lib/ids.ts'
import { signStatement, statementOf } from '../../lib/in-toto.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { SigningKey } from '../../lib/keys.ts'
import { PersonId } from '../audit/schema.ts'
import { NamedBreakGlass } from '../break-glass/schema.ts'
import { isWaived } from '../policy/index.ts'
import { Outcome, type Requirement, RequirementState } from '../policy/schema.ts'
import { EnvironmentName, GateMode, OfflineRule } from '../registry/schema.ts'
import { type GateSituation, untilOf } from './broken.ts'
import { pathOf } from './path.ts'
import { DsseEnvelope, type Verdict, VerdictId } from './schema.ts'

export const verdictPredicateType = 'https://modelkeep.dev/verdict/v1'

const SignedWaiver = z.object({
  id: z.string(),
  policy: z.string(),
  requirement: z.string(),
  control: z.string(),
  given_by: PersonId,
  until: z.iso.datetime(),
})

/** What a verdict signs, beside its subject: the version by name, with the digest of its content. */
export const VerdictPredicate = z.object({
  verdict: VerdictId,
  outcome: Outcome,
  mode: GateMode,
  proceed: z.boolean(),
  environment: EnvironmentName,
  /** What this verdict is good for while the server is away; left out, nothing. */
  offline: OfflineRule.exactOptional(),
  /** Whose revocation list says whether it is revoked. */
  workspace: z.string().exactOptional(),
  model: z.string(),
  version: z.int(),
  scope_digest: Digest,
  policies: z.array(z.object({ name: z.string(), version: z.int(), digest: Digest })),
  decisions: z.array(z.object({ id: z.string(), digest: Digest })),
  requirements: z.array(z.object({ id: z.string(), policy: z.string(), state: RequirementState })),
  /** Of the requirements that are not met and do not deny; left out when there are none. */
  waivers: z.array(SignedWaiver).exactOptional(),
  /** Two people let it run although requirements are not met; left out otherwise. */
  break_glass: NamedBreakGlass.exactOptional(),
  issued_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
})
export type VerdictPredicate = z.infer<typeof VerdictPredicate>

type Giver = { id: VerdictId; asked_by: PersonId; key: SigningKey; workspace: string }

/** An answer about one situation, signed. Only a denial in an environment that enforces stops anything. */
export function giveVerdict(situation: GateSituation, { id, asked_by, key, workspace }: Giver): Verdict {
  const { assessment, snapshot, environment, policies, version, model } = situation
  const { outcome, requirements } = assessment
  const issued_at: Moment = snapshot.at
  const expires_at = untilOf(situation)
  const glass = situation.break_glass === undefined ? {} : { break_glass: situation.break_glass }
  const proceed = outcome !== 'denied' || environment.mode !== 'enforce'
  const waivers = requirements.flatMap(signedWaiver)
  const decisions = situation.decisions.filter((each) => each.covers && each.outcome === 'approved')
  const predicate: VerdictPredicate = {
    verdict: id,
    outcome,
    mode: environment.mode,
    proceed,
    environment: environment.name,
    offline: environment.offline,
    workspace,
    model: model.name,
    version: version.version,
    scope_digest: situation.scope_digest,
    policies: snapshot.policies,
    decisions: decisions.map((each) => ({ id: each.id, digest: each.digest })),
    requirements: requirements.map((each) => ({
      id: each.id,
      policy: `${each.policy.name}/${each.policy.version}`,
      state: each.state,
    })),
    ...(waivers.length === 0 ? {} : { waivers }),
    ...glass,
    issued_at,
    expires_at,
  }
  const statement = statementOf({
    subject: [{ name: `${model.name}/${version.version}`, digest: version.digest }],
    predicateType: verdictPredicateType,
    predicate: predicate as JsonObject,
  })
  return {
    id,
    outcome,
    mode: environment.mode,
    proceed,
    model: model.name,
    version: version.version,
    version_id: version.id,
    digest: version.digest,
    environment: environment.name,
    requirements,
    path: pathOf(requirements, policies),
    policies: snapshot.policies,
    decisions: decisions.map((each) => each.id),
    asked_by,
    ...glass,
    issued_at,
    expires_at,
    envelope: DsseEnvelope.parse(signStatement(statement, [key])),
  }
}

function signedWaiver(requirement: Requirement): z.infer<typeof SignedWaiver>[] {
  const { id, policy, waiver } = requirement
  if (!waiver || !isWaived(requirement)) return []
  const { control, given_by, until } = waiver
  return [{ id: waiver.id, policy: `${policy.name}/${policy.version}`, requirement: id, control, given_by, until }]
}
