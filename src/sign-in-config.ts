import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { yaml } from './lib/yaml.ts'
import { type Provider, Providers } from './modules/signin/providers.ts'

const list = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''))
  .optional()

/** What the environment says about signing in: a file with every provider, or one provider by itself. */
export const SignInEnvironment = {
  MODELKEEP_SIGN_IN_FILE: z.string().min(1).optional(),
  MODELKEEP_OIDC_ISSUER: z.string().min(1).optional(),
  MODELKEEP_OIDC_CLIENT_ID: z.string().min(1).optional(),
  MODELKEEP_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  MODELKEEP_OIDC_CLIENT_SECRET_FILE: z.string().min(1).optional(),
  MODELKEEP_OIDC_LABEL: z.string().min(1).optional(),
  MODELKEEP_OIDC_SCOPES: list,
  MODELKEEP_OIDC_LOGIN_CLAIM: z.string().min(1).optional(),
  MODELKEEP_OIDC_GROUPS_CLAIM: z.string().min(1).optional(),
  MODELKEEP_OIDC_ACCOUNTS: z.string().optional(),
  MODELKEEP_OIDC_DOMAINS: list,
  MODELKEEP_OIDC_GROUPS: list,
  /** `group=role`, `group=role@workspace` or `group=role:model`, separated by commas. */
  MODELKEEP_OIDC_ROLES: z.string().optional(),
  MODELKEEP_SESSION_HOURS: z.coerce.number().min(0.25).max(720).default(12),
  MODELKEEP_SESSION_IDLE_MINUTES: z.coerce.number().min(1).max(43_200).default(120),
}
const Environment = z.object(SignInEnvironment)
type Environment = z.infer<typeof Environment>

const File = z.strictObject({ providers: z.unknown() })

/** The providers, or what is wrong with them. Secrets are never part of the message. */
export function readProviders(env: Environment): Provider[] | string {
  const file = env.MODELKEEP_SIGN_IN_FILE
  const inFile = file === undefined ? [] : readFile(file)
  if (typeof inFile === 'string') return inFile
  const alone = env.MODELKEEP_OIDC_ISSUER === undefined ? [] : [providerOf(env)]
  const parsed = Providers.safeParse([...inFile, ...alone])
  if (parsed.success) return parsed.data
  const place = file ?? 'MODELKEEP_OIDC_*'
  return parsed.error.issues
    .map(({ path, message }) => `  ${place}: providers.${path.join('.')}: ${message}`)
    .join('\n')
}

function readFile(file: string): unknown[] | string {
  try {
    const { providers } = File.parse(yaml().parse(readFileSync(file, 'utf8')))
    return Array.isArray(providers) ? providers : `  ${file}: providers must be a list`
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return `  ${file}: ${isMissing ? 'there is no such file' : 'must be YAML that has providers and nothing else'}`
  }
}

function providerOf(env: Environment): Record<string, unknown> {
  const given: Record<string, unknown> = {
    issuer: env.MODELKEEP_OIDC_ISSUER,
    client_id: env.MODELKEEP_OIDC_CLIENT_ID,
    client_secret: env.MODELKEEP_OIDC_CLIENT_SECRET,
    client_secret_file: env.MODELKEEP_OIDC_CLIENT_SECRET_FILE,
    label: env.MODELKEEP_OIDC_LABEL,
    scopes: env.MODELKEEP_OIDC_SCOPES,
    accounts: env.MODELKEEP_OIDC_ACCOUNTS,
    domains: env.MODELKEEP_OIDC_DOMAINS,
    groups: env.MODELKEEP_OIDC_GROUPS,
    roles: env.MODELKEEP_OIDC_ROLES?.split(',').map((text) => roleOf(text.trim())),
    claims: defined({ login: env.MODELKEEP_OIDC_LOGIN_CLAIM, groups: env.MODELKEEP_OIDC_GROUPS_CLAIM }),
  }
  return defined(given)
}

function roleOf(text: string): Record<string, unknown> {
  const [, group, role, model, workspace] = /^(.+)=([a-z-]+)(?::([^@]+))?(?:@(.+))?$/.exec(text) ?? []
  return defined({ group: group ?? '', role: role ?? text, model, workspace })
}

const defined = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
