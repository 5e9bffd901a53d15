import { isoNow } from '../../lib/clock.ts'
import { badRequest, notFound } from '../../lib/errors.ts'
import { newId } from '../../lib/ids.ts'
import { type ActorRef, type PersonId, serverActor } from '../audit/schema.ts'
import * as store from './environments-store.ts'
import type { RegistryParts } from './parts.ts'
import type { Deployment, DeploymentId, DeploymentInput, Environment, EnvironmentInput } from './schema.ts'
import { checkAlias } from './text.ts'
import { getLine } from './versions.ts'

const rest = { findings_block: 'high', offline: { rule: 'fail_closed' } } as const
const first: readonly Environment[] = [
  { name: 'dev', mode: 'observe', protected_aliases: [], ...rest },
  { name: 'staging', mode: 'warn', protected_aliases: [], ...rest },
  { name: 'prod', mode: 'enforce', protected_aliases: ['champion'], ...rest },
]

/** Where versions can run, and the facts of where they do. */
export function createEnvironments({ db, write, clock }: RegistryParts) {
  /** A new workspace begins with three environments; afterwards they are its own affair. */
  async function ensureEnvironments(): Promise<void> {
    if ((await store.listEnvironments(db)).length > 0) return
    await write(serverActor, async (tx, record) => {
      const existing = await store.listEnvironments(tx)
      for (const environment of existing.length > 0 ? [] : first) {
        await store.putEnvironment(tx, environment)
        const { name, ...after } = environment
        record('environment.set', `environment:${name}`, { before: null, after })
      }
      // Another server that started at the same time has done it.
      if (existing.length > 0) record('environment.confirmed', 'environment:prod')
    })
  }

  function setEnvironment(actor: ActorRef, name: string, input: EnvironmentInput): Promise<Environment> {
    for (const alias of input.protected_aliases) checkAlias(alias)
    return write(actor, async (tx, record) => {
      const found = await store.findEnvironment(tx, name)
      const after = {
        mode: input.mode,
        protected_aliases: [...new Set(input.protected_aliases)].sort(),
        findings_block: input.findings_block ?? found?.findings_block ?? rest.findings_block,
        offline: input.offline ?? found?.offline ?? rest.offline,
      }
      await store.putEnvironment(tx, { name, ...after })
      const { name: _, ...before } = found ?? { name }
      record('environment.set', `environment:${name}`, { before: found ? before : null, after })
      return { name, ...after }
    })
  }

  /** A machine says what runs; the report ends what ran there before. It is a fact, so nothing about it is refused. */
  function report(actor: ActorRef, input: DeploymentInput): Promise<Deployment> {
    return write(actor, async (tx, record) => {
      const line = await getLine(tx, input.model, input.version)
      if (!(await store.findEnvironment(tx, input.environment))) throw notFound('environment', input.environment)
      const at = isoNow(clock)
      const model_id = line.model_id
      const ended = await store.findOpenDeployments(tx, { model_id, environment: input.environment })
      for (const before of ended) {
        await store.endDeployment(tx, before.id, at)
        record('deployment.ended', `deployment:${before.id}`, { environment: before.environment }, [
          `model:${model_id}`,
          `version:${before.version_id}`,
          `environment:${before.environment}`,
        ])
      }
      const id = newId('dep', clock.now().getTime()) as DeploymentId
      const { model, version, environment, endpoint, verdict_id } = input
      if (verdict_id !== null && !/^vrd_[0-9a-z]{24}$/.test(verdict_id)) throw badRequest('verdict_id is not an id')
      const row = { environment, endpoint, verdict_id, reported_at: at, ended_at: null }
      await store.insertDeployment(tx, { id, model_id, version_id: line.id, reported_by: actor.id, ...row })
      record('deployment.reported', `deployment:${id}`, { environment, endpoint, verdict: verdict_id }, [
        `model:${model_id}`,
        `version:${line.id}`,
        `environment:${environment}`,
        ...(verdict_id === null ? [] : [`verdict:${verdict_id}`]),
      ])
      return { id, model, version, version_id: line.id, reported_by: actor.id as PersonId, ...row }
    })
  }

  return {
    ensureEnvironments,
    setEnvironment,
    report,
    environments: () => store.listEnvironments(db),
    findEnvironment: (name: string) => store.findEnvironment(db, name),
    deployments: (models: readonly string[] | undefined, filter: store.DeploymentFilter) =>
      store.listDeployments(db, models, filter),
  }
}
