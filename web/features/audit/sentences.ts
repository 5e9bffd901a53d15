import type { EventPage } from '../../../src/modules/audit/schema.ts'

export type TrailEvent = EventPage['events'][number]

/** What happened, with the names of details in braces; a detail that is missing is left out with the word before it. */
const verbs: Record<string, string> = {
  'workspace.created': 'created the workspace',
  'workspace.updated': 'described the workspace',
  'workspace.archived': 'archived the workspace',
  'workspace.restored': 'took the workspace into use again',
  'workspace.deleted': 'deleted the workspace',
  'person.created': 'added {login}',
  'person.disabled': 'disabled an account',
  'person.enabled': 'opened an account again',
  'person.granted': 'gave the role {role}',
  'person.grant_revoked': 'took away the role {role}',
  'person.password_changed': 'changed a password',
  'person.password_reset': 'reset a password',
  'role.defined': 'defined the role {name}',
  'role.changed': 'changed what the role {name} permits',
  'role.removed': 'removed the role {name}',
  'seat.opened': 'opened an auditor’s seat: {reason}',
  'seat.closed': 'closed an auditor’s seat: {reason}',
  'seat.read': 'recorded {count} reads of an auditor',
  'auditor_request.asked': 'asked for something from an auditor’s seat',
  'auditor_request.answered': 'answered an auditor',
  'auditor_request.returned': 'sent an answer back, in round {round}',
  'auditor_request.closed': 'closed a request, satisfied with the answer',
  'auditor_request.declined': 'declined an auditor’s request',
  'auditor_request.withdrawn': 'withdrew a request of an auditor',
  'auditor_request.assigned': 'named who answers an auditor',
  'auditor_request.reminded': 'reminded whoever is asked by an auditor',
  'duty.proposed': 'asked somebody to be {duty} of {model}{system}',
  'duty.accepted': 'accepted to be {duty} of {model}{system}',
  'duty.declined': 'declined to be {duty} of {model}{system}: {reason}',
  'duty.ended': 'ended a duty as {duty} of {model}{system}: {reason}',
  'duty.deputy_appointed': 'appointed a deputy of the {duty} of {model}{system}',
  'duty.deputy_ended': 'ended the time of a deputy of the {duty} of {model}{system}',
  'duty.handed_over': 'handed {count} duties over: {reason}',
  'duty.alarm_raised': 'found nobody who answers as {duty} of {model}{system}',
  'duty.alarm_cleared': 'found somebody who answers again',
  'connection.tried': 'tried a connection: {outcome}',
  'session.opened': 'signed in',
  'session.closed': 'signed out',
  'key.enrolled': 'enrolled a key of their own',
  'key.revoked': 'revoked a key of their own',
  'token.created': 'made the token {name}',
  'token.revoked': 'revoked a token',
  'token.rotated': 'rotated a token',
  'session.ended': 'ended a session',
  'session.others_ended': 'ended all other sessions',
  'second_factor.added': 'added a second factor: {kind}',
  'second_factor.removed': 'removed a second factor: {kind}',
  'second_factor.reset': 'reset a second factor',
  'second_factor_rule.changed': 'changed who needs a second factor',
  'recovery_codes.made': 'made recovery codes',
  'recovery_code.used': 'used a recovery code; {left} are left',
  'passkey.renamed': 'renamed a passkey',
  'passkey.suspended': 'suspended a passkey that was copied',
  'identity.linked': 'linked an account to {issuer}',
  'identity.unlinked': 'parted an account from {issuer}',
  'person.groups_followed': 'followed the groups of {source}',
  'person.introduced': 'named the first administrator',
  'server.set_up': 'set the server up',
  'experiment.created': 'created the experiment {name}',
  'experiment.renamed': 'renamed an experiment to {to}',
  'run.created': 'started the run {name}',
  'run.inputs_logged': 'logged the data that a run used',
  'run.finished': 'finished a run',
  'run.sealed': 'sealed a run by its digest',
  'run.changed': 'changed a run after its end',
  'artifact.uploaded': 'uploaded {path}',
  'artifact.deleted': 'deleted {path}',
  'run.purged': 'removed {count} runs for good',
  'logged_model.purged': 'removed {count} logged models for good',
  'trace.purged': 'removed {count} traces for good',
  'artifacts.purged': 'removed the files of {count} paths for good',
  'version.purged': 'removed {count} versions for good',
  'model.purged': 'removed {count} models for good',
  'experiment.purged': 'removed {count} experiments for good',
  'purge.started': 'asked to remove things for good: {reason}',
  'purge.refused': 'was refused to remove things for good',
  'purge.cancelled': 'stopped a purge',
  'purge.kept': 'kept what is held in a purge',
  'purge.finished': 'finished a purge',
  'purge.failed': 'could not finish a purge',
  'hold.placed': 'placed a hold on {name}: {reason}',
  'hold.lifted': 'lifted the hold on {name}: {reason}',
  'retention_rule.created': 'wrote the retention rule {name}',
  'retention_rule.changed': 'changed the retention rule {name}',
  'retention_rule.enabled': 'enabled the retention rule {name}',
  'retention_rule.disabled': 'disabled the retention rule {name}',
  'retention_rule.removed': 'removed the retention rule {name}',
  'blobs.released': 'freed {bytes} bytes that nothing refers to',
  'storage.collection_started': 'started to look for bytes that nothing refers to',
  'storage.collected': 'looked through all stored bytes',
  'storage.grace_set': 'set the grace period of bytes to {after} days',
  'system.created': 'registered the AI system {name}',
  'system.updated': 'changed what is said about the AI system {name}',
  'system.model_added': 'said that {model} serves {name}',
  'system.model_removed': 'said that {model} serves {name} no longer',
  'system.retired': 'retired the AI system {name}: {reason}',
  'model.created': 'created the model {name}',
  'model.updated': 'changed what is said about a model',
  'model.renamed': 'renamed the model {before} to {after}',
  'model.deleted': 'deleted the model {name}',
  'version.registered': 'registered and sealed {model} {version}',
  'version.state_changed': 'moved a version from {before} to {after}',
  'version.deleted': 'deleted version {version}',
  'alias.moved': 'moved the alias {alias} to version {after}',
  'alias.blocked': 'was refused to move the alias {alias} to version {version}',
  'alias.deleted': 'removed the alias {alias}',
  'dataset.registered': 'stored the dataset {name}',
  'dataset.confirmed': 'stored the dataset {name} once more',
  'protocol.changed': 'set the evaluation protocol',
  'evaluation.requested': 'asked for an evaluation',
  'evaluation.cancelled': 'cancelled an evaluation',
  'evaluation.failed': 'could not finish an evaluation',
  'evaluation.done': 'finished an evaluation',
  'evidence.collected': 'collected evidence of {kind}',
  'evidence.reproduced': 'computed evidence again: {outcome}',
  'decision.explained': 'had one decision explained',
  'policy.drafted': 'drafted policy {subject}',
  'policy.published': 'published policy {subject}',
  'challenge.decided': 'compared version {challenger} with {alias}, version {champion}: {outcome}',
  'challenge.refused': 'was refused to promote version {challenger} to {alias}',
  'break_glass.requested': 'asked to break the glass of {environment} for {hours} hours: {reason}',
  'break_glass.confirmed': 'broke the glass of {environment} until {until}: {reason}',
  'break_glass.refused': 'was refused to break the glass',
  'break_glass.withdrawn': 'took back a request to break the glass of {environment}: {reason}',
  'break_glass.ended': 'ended a break-glass in {environment}: {reason}',
  'environment.break_glass_set': 'set for how many hours the glass of {subject} may be broken: {after}',
  'admission.answered': 'asked for {kind} {name} in the namespace {namespace}',
  'environment.admission_set': 'set how workloads of {subject} are judged',
  'environment.set': 'set how strict the gate of {subject} is',
  'environment.confirmed': 'left the environments as they are',
  'review.submitted': 'asked for review for {environment}',
  'validation.test_planned': 'planned the test {title}',
  'validation.test_done': 'said that the test {title} {outcome}',
  'validation.text_written': 'wrote the part {section} of a validation',
  'review.reopened': 'opened a review for {environment} again, since something changed',
  'approval.lapsed': 'saw that an approval for {environment} no longer covers what is there',
  'approval.changed': 'saw that something changed under an approval for {environment}, which stands',
  'approval.restored': 'saw that an approval for {environment} covers what is there again',
  'review.withdrawn': 'withdrew a review',
  'review.changes_requested': 'asked for changes in round {round} of a review: {reason}',
  'review.changes_refused': 'was refused to ask for changes',
  'review.resubmitted': 'submitted a review again, in round {round}: {reason}',
  'review.delegated': 'handed on their decision to {to} until {until}',
  'review.delegation_refused': 'was refused to hand on their decision',
  'review.delegation_ended': 'ended a delegation',
  'review.reminded': 'reminded {count} reviewers of what is due on {due_at}',
  'review.expired': 'closed a review that ran out',
  'condition.set': 'approved on a condition that is due on {due_at}: {text}',
  'condition.reported': 'reported on a condition: {report}',
  'condition.confirm_refused': 'was refused to confirm a condition',
  'condition.met': 'confirmed that a condition is met: {proof}',
  'condition.warned': 'warned that a condition is due in {days} days',
  'condition.lapsed': 'let the approval for {environment} lapse, because a condition was not met: {text}',
  'comment.added': 'commented on a {on}',
  'comment.changed': 'changed a comment',
  'comment.retracted': 'took a comment back',
  'decision.refused': 'was refused to decide',
  'decision.recorded': 'signed a decision: {outcome}',
  'finding.opened': 'opened a finding of {severity} severity: {title}',
  'finding.changed': 'changed the finding {title}',
  'finding.planned': 'planned how to mend the finding {title}',
  'finding.resolved': 'resolved the finding {title}',
  'finding.closed': 'verified and closed the finding {title}',
  'finding.verify_refused': 'was refused to verify the finding {title}',
  'finding.reopened': 'reopened the finding {title}: {reason}',
  'finding.commented': 'commented on the finding {title}',
  'waiver.given': 'waived {what} until {until}',
  'waiver.withdrawn': 'withdrew a waiver of {what}',
  'waiver.refused': 'was refused to waive {what}',
  'gate.asked': 'asked the gate of {environment} about version {version}: {outcome}',
  'gate.answered_offline': 'went by a verdict of before for {environment} while the server was away: {outcome}',
  'verdict.revoked': 'revoked a verdict for {environment}: {reason}',
  'deployment.reported': 'reported a deployment to {environment}',
  'deployment.ended': 'reported the end of a deployment to {environment}',
}

/** An event as a sentence without its subject; an action that has no words of its own is read out as it is. */
export function sentenceOf(event: Pick<TrailEvent, 'action' | 'subject' | 'detail'>): string {
  const known = verbs[event.action]
  if (!known) return event.action.replace(/[._]/g, ' ')
  return known
    .replace(/ ?\{(\w+)\}/g, (_, key: string) => {
      const value = key === 'subject' ? split(event.subject)[1].replace('/', ' ') : event.detail[key]
      if (key === 'duty' && typeof value === 'string') return ` ${value.replaceAll('_', ' ')}`
      return typeof value === 'string' || typeof value === 'number' ? ` ${value}` : ''
    })

    .trim()
}

/** The page of what an event is about, where there is one; a decision is found on its review. */
export function pageOf({
  subject,
  about,
  detail,
}: Pick<TrailEvent, 'subject' | 'about' | 'detail'>): string | undefined {
  const [kind, id] = split(subject)
  switch (kind) {
    case 'run':
      return `/runs/${encodeURIComponent(id)}`
    case 'experiment':
      return `/experiments/${encodeURIComponent(id)}`
    case 'review':
      return `/reviews/${id}`
    case 'finding':
      return `/findings/${id}`
    case 'verdict':
      return `/gate/verdicts/${id}`
    case 'dataset':
      return `/datasets?peek=${id}`
    case 'person':
      return `/people?peek=${id}`
    case 'policy': {
      const [name, version] = id.split('/')
      return `/policies/${name}${version ? `?version=${version}` : ''}`
    }
    case 'decision': {
      const review = about.find((thing) => thing.startsWith('review:'))
      return review && `/reviews/${split(review)[1]}`
    }
    case 'version':
      return typeof detail.model === 'string' && typeof detail.version === 'number'
        ? `/models/${encodeURIComponent(detail.model)}/versions/${detail.version}`
        : undefined
    case 'system':
      return typeof detail.name === 'string' ? `/systems/${encodeURIComponent(detail.name)}` : undefined
    case 'seat':
      return `/auditor?tab=seats&seat=${id}`
    case 'auditor_request':
      return `/auditor?tab=requests&request=${id}`
    case 'assignment':
      if (typeof detail.system === 'string') return `/duties?search=${encodeURIComponent(detail.system)}`
      return typeof detail.model === 'string'
        ? `/duties?tab=models&search=${encodeURIComponent(detail.model)}`
        : undefined
    default:
      return undefined
  }
}

function split(thing: string): [kind: string, id: string] {
  const colon = thing.indexOf(':')
  return [thing.slice(0, colon), thing.slice(colon + 1)]
}

/** The actions that have words, for those who choose among them. */
export const knownActions: readonly { action: string; words: string }[] = Object.entries(verbs).map(
  ([action, words]) => ({ action, words: words.replace(/:? ?\{\w+\}/g, '').trim() }),
)
