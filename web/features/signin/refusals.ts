import type { RefusedSignIn } from '../../../src/modules/signin/schema.ts'

/** What a person reads who came back from a provider and is not signed in. */
export const refusals: Record<RefusedSignIn, { title: string; next: string }> = {
  expired: {
    title: 'That took too long',
    next: 'The sign-in ended after ten minutes, or began in another window. Begin again.',
  },
  denied: {
    title: 'The provider did not sign you in',
    next: 'It was cancelled there, or you may not use this application.',
  },
  unavailable: { title: 'The provider does not answer', next: 'Try again in a minute, or sign in another way.' },
  failed: {
    title: 'The sign-in could not be verified',
    next: 'Begin again. If it stays so, the operator finds the cause in the log.',
  },
  not_admitted: { title: 'You are not let in here', next: 'The operator lets in certain groups or addresses only.' },
  no_account: {
    title: 'You have no account here',
    next: 'An administrator can let you in; give them the reference below.',
  },
  name_taken: {
    title: 'Your name belongs to an account already',
    next: 'If it is yours, an administrator can link it to you; give them the reference below.',
  },
  disabled: { title: 'Your account is disabled', next: 'An administrator knows why.' },
  too_many_groups: {
    title: 'The provider left out your groups',
    next: 'You are in too many for one answer. The operator can have it send only those of this application.',
  },
}
