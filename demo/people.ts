import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { type Permission, permissionsOf, type Role } from '../src/modules/access/schema.ts'

const reads = permissionsOf.auditor.filter((permission) => permission !== 'audit.read')

type Colleague = { login: string; name: string; roles: Role[]; scopes: Permission[] }

/**
 * The administrator manages accounts, policies and environments, and has no part in the model. Nobody gives what they may not
 * do themselves, so the token can do what the roles of the others can.
 */
export const administratorScopes: readonly Permission[] = [
  ...new Set([
    ...permissionsOf.auditor,
    ...permissionsOf.developer,
    ...permissionsOf.validator,
    'access.write' as const,
    'policy.write' as const,
    'environment.write' as const,
    'duty.write' as const,
  ]),
]

/** Who works with the model in this story, and what their tokens may do. */
export const colleagues = {
  developer: {
    login: 'dana',
    name: 'Dana Okafor',
    // She validates other people's models, and may not decide about her own.
    roles: ['developer', 'validator'],
    scopes: [
      ...reads,
      'tracking.write',
      'artifacts.write',
      'registry.write',
      'datasets.write',
      'evaluation.run',
      'gate.check',
      'deployment.report',
      'review.submit',
      'review.decide',
    ],
  },
  validator: {
    login: 'vera',
    name: 'Vera Lindqvist',
    roles: ['validator'],
    scopes: [...reads, 'evaluation.run', 'review.decide', 'audit.read'],
  },
  auditor: { login: 'amir', name: 'Amir Haddad', roles: ['auditor'], scopes: [...reads, 'audit.read'] },
} as const satisfies Record<string, Colleague>

const Account = z.object({ login: z.string(), password: z.string(), token: z.string() })
const Accounts = z.object({
  admin: Account.partial({ token: true }),
  developer: Account.optional(),
  validator: Account.optional(),
  auditor: Account.optional(),
})
export type Accounts = z.infer<typeof Accounts>

/** Passwords and tokens of the story's people, kept beside the data so that a second start can go on. */
export async function readAccounts(path: string): Promise<Accounts | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Accounts.parse(JSON.parse(text))
}

export async function writeAccounts(path: string, accounts: Accounts): Promise<void> {
  const draft = `${path}.${process.pid}`
  await writeFile(draft, JSON.stringify(accounts, null, 2), { mode: 0o600 })
  await rename(draft, path)
}

export const newPassword = () => randomBytes(12).toString('base64url')
