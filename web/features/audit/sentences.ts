import type { EventPage } from '../../../src/modules/audit/schema.ts'

export type TrailEvent = EventPage['events'][number]

const verbs: Record<string, string> = {
  'workspace.created': 'created the workspace',
  'person.created': 'added {login}',
  'person.disabled': 'disabled an account',
  'person.granted': 'gave the role {role}',
  'person.grant_revoked': 'took away the role {role}',
  'person.password_changed': 'changed a password',
  'session.opened': 'signed in',
  'session.closed': 'signed out',
  'token.created': 'made the token {name}',
  'token.revoked': 'revoked a token',
  'experiment.created': 'created the experiment {name}',
  'run.created': 'started the run {name}',
  'run.sealed': 'finished a run, sealed by digest',
  'model.created': 'created the model {name}',
  'model.updated': 'changed a model',
  'version.registered': 'registered version {version} of {model}',
  'version.created': 'registered version {version} of {model}',
  'alias.moved': 'moved the alias {alias} to version {version}',
  'alias.set': 'moved the alias {alias} to version {version}',
  'alias.blocked': 'was refused to move the alias {alias} to version {version}',
  'alias.removed': 'removed the alias {alias}',
  'dataset.registered': 'stored the dataset {name}',
  'dataset.created': 'stored the dataset {name}',
  'protocol.set': 'set the evaluation protocol of {model}',
  'evaluation.requested': 'asked for an evaluation',
  'evaluation.cancelled': 'cancelled an evaluation',
  'evaluation.failed': 'could not finish an evaluation',
  'evaluation.done': 'finished an evaluation',
  'evidence.recorded': 'recorded evidence of {kind}',
  'evidence.stored': 'recorded evidence of {kind}',
  'policy.drafted': 'drafted policy {name} {version}',
  'policy.published': 'published policy {name} {version}',
  'environment.changed': 'changed the environment {name}',
  'environment.set': 'changed the environment {name}',
  'review.requested': 'asked for review for {environment}',
  'review.withdrawn': 'withdrew a review',
  'review.decision_refused': 'was refused to decide',
  'decision.refused': 'was refused to decide',
  'decision.recorded': 'decided: {outcome}',
  'gate.checked': 'asked the gate of {environment}: {outcome}',
  'verdict.issued': 'asked the gate of {environment}: {outcome}',
  'deployment.reported': 'reported a deployment to {environment}',
}

/** An event as a sentence without its subject; an action that has no words of its own is read out as it is. */
export function sentenceOf(event: Pick<TrailEvent, 'action' | 'detail'>): string {
  const known = verbs[event.action]
  if (!known) return event.action.replace(/[._]/g, ' ')
  return known
    .replace(/ ?\{(\w+)\}/g, (_, key: string) => {
      const value = event.detail[key]
      return typeof value === 'string' || typeof value === 'number' ? ` ${value}` : ''
    })
    .replace(/(of|to|for|role|token)$/, '')
    .trim()
}

/** The page of what an event is about, where there is one. */
export function pageOf(thing: string, detail: TrailEvent['detail']): string | undefined {
  const [kind, id] = [thing.slice(0, thing.indexOf(':')), thing.slice(thing.indexOf(':') + 1)]
  const model = typeof detail.model === 'string' ? detail.model : undefined
  switch (kind) {
    case 'run':
      return `/runs/${encodeURIComponent(id)}`
    case 'experiment':
      return `/experiments/${encodeURIComponent(id)}`
    case 'review':
      return `/reviews/${id}`
    case 'verdict':
      return `/gate/verdicts/${id}`
    case 'version':
      return model && typeof detail.version === 'number'
        ? `/models/${encodeURIComponent(model)}/versions/${detail.version}`
        : undefined
    default:
      return undefined
  }
}
