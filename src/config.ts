import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { BlobPlace } from './blobs/open.ts'
import type { DatabaseLocation } from './db/connect.ts'
import { sha256 } from './lib/digest.ts'
import { isLoopback } from './lib/loopback.ts'
import type { SessionLimits } from './modules/access/index.ts'
import type { Provider } from './modules/signin/providers.ts'
import { readProviders, SignInEnvironment } from './sign-in-config.ts'

export type Config = {
  dataDir: string
  host: string
  port: number
  /** What people type into the browser; links in answers of the gate begin with it. */
  publicUrl: string
  database: { kind: 'sqlite' } | { kind: 'postgres'; url: string; prefix: string }
  log: boolean
  trustProxy: boolean
  /** Hosts that webhooks may reach in a private network and without TLS; none if left out. */
  webhookHosts?: readonly string[]
  /** Hosts, in lower case, whose scoring endpoints evaluations may ask. */
  scoringHosts?: readonly string[]
  /** Hosts, in lower case, whose MLflow servers imports may ask. */
  importHosts?: readonly string[]
  /** Where the bytes of workspaces are kept; in the data folder unless it says another place. */
  artifacts?: ArtifactsPlace
  /** How stores that speak S3 are reached. */
  s3?: S3Settings
  /** Addresses that experiments, runs and versions may have outside the vault, by how they begin; none if left out. */
  directStores?: readonly string[]
  /** Requests without credentials act as the local developer. Only on loopback addresses. */
  open?: boolean
  /** MLflow clients see workspaces: always, or as soon as there is a second one. */
  workspaces?: 'on' | 'auto'
  /** How many workspaces are kept open while nothing goes on in them; 32 unless it says another number. */
  openWorkspaces?: number
  /** Where people sign in elsewhere; nowhere unless it says so. */
  providers?: readonly Provider[]
  /** How long sessions last, at the most and unused; half a day and two hours unless it says otherwise. */
  sessions?: SessionLimits
}

export type ArtifactsPlace =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string }

export type S3Settings = {
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  readonly pathStyle?: boolean | undefined
  /** False where clients do not reach the store. */
  readonly presign?: boolean | undefined
}

/** At least two letters, so that the drive of a Windows path is none. */
const hasScheme = /^[a-z][a-z0-9+.-]+:/i

const s3Place = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/((?!.*\.\.)[\w.\-/]*))?$/
const directStore = /^(s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|file:\/\/\/[^/?#,]+)\/([^?#,]*\/)?$/

const Environment = z.object({
  MODELKEEP_DATA_DIR: z.string().min(1).default('./modelkeep-data'),
  MODELKEEP_HOST: z.string().min(1).default('127.0.0.1'),
  MODELKEEP_PORT: z.coerce.number().int().min(0).max(65_535).default(5000),
  MODELKEEP_ARTIFACTS: z
    .string()
    .min(1)
    .refine((place) => !hasScheme.test(place) || place.startsWith('file:///') || s3Place.test(place), {
      error: ({ input }) =>
        `artifacts are kept in a folder or under s3://bucket/prefix; ${String(input)} names a store that is not supported`,
    })
    .optional(),
  MODELKEEP_S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be the address of an S3 service, such as https://s3.example.com' })
    .refine((address) => !/[?#@]/.test(address), 'must be an address without credentials, query and fragment')
    .optional(),
  MODELKEEP_S3_REGION: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be a region, such as eu-central-1')
    .optional(),
  MODELKEEP_S3_PATH_STYLE: z.enum(['on', 'off']).optional(),
  MODELKEEP_S3_PRESIGN: z.enum(['on', 'off']).default('on'),
  MODELKEEP_DIRECT_STORES: z
    .string()
    .transform((text) => text.split(',').map((prefix) => prefix.trim()))
    .refine((prefixes) => prefixes.every((prefix) => directStore.test(prefix) && !/(^|\/)\.\.(\/|$)|%/.test(prefix)), {
      error:
        'must be prefixes such as s3://bucket/folder/ and file:///folder/, each ending in a slash, separated by commas',
    })
    .optional(),
  AWS_REGION: z.string().optional(),
  AWS_DEFAULT_REGION: z.string().optional(),
  MODELKEEP_URL: z.url().optional(),
  MODELKEEP_SCHEMA_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/)
    .default('modelkeep'),
  MODELKEEP_LOG: z.enum(['on', 'off']).default('on'),
  MODELKEEP_TRUST_PROXY: z.enum(['on', 'off']).default('off'),
  MODELKEEP_WORKSPACES: z.enum(['on', 'auto']).default('auto'),
  MODELKEEP_OPEN_WORKSPACES: z.coerce.number().int().min(1).max(10_000).default(32),
  MODELKEEP_WEBHOOK_HOSTS: z
    .string()
    .regex(/^[^\s/,@]+(\s*,\s*[^\s/,@]+)*$/, 'must be names or addresses of hosts, separated by commas')
    .optional(),
  MODELKEEP_IMPORT_HOSTS: z
    .string()
    .regex(/^[^\s/,@]+(\s*,\s*[^\s/,@]+)*$/, 'must be names or addresses of hosts, separated by commas')
    .optional(),
  MODELKEEP_SCORING_HOSTS: z
    .string()
    .regex(/^[^\s/,@]+(\s*,\s*[^\s/,@]+)*$/, 'must be names or addresses of hosts, separated by commas')
    .optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
    .refine((url) => URL.canParse(url), 'must be an address; a password with special characters is percent-encoded')
    .optional(),
  ...SignInEnvironment,
})

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export type GivenOptions = {
  dataDir?: string | undefined
  host?: string | undefined
  port?: string | undefined
  artifactsDestination?: string | undefined
  signInFile?: string | undefined
  open?: boolean | undefined
}

/** Reads the environment; what the command line says goes before it. Every mistake is named at once. */
export function readConfig(environment: Record<string, string | undefined>, given: GivenOptions = {}): Config {
  const parsed = Environment.safeParse({
    ...environment,
    ...(given.dataDir === undefined ? {} : { MODELKEEP_DATA_DIR: given.dataDir }),
    ...(given.host === undefined ? {} : { MODELKEEP_HOST: given.host }),
    ...(given.port === undefined ? {} : { MODELKEEP_PORT: given.port }),
    ...(given.artifactsDestination === undefined ? {} : { MODELKEEP_ARTIFACTS: given.artifactsDestination }),
    ...(given.signInFile === undefined ? {} : { MODELKEEP_SIGN_IN_FILE: given.signInFile }),
  })
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
    throw new ConfigError(`the configuration is not valid:\n${lines.join('\n')}`)
  }
  const env = parsed.data
  const providers = readProviders(env)
  if (typeof providers === 'string') throw new ConfigError(`the configuration is not valid:\n${providers}`)
  if (given.open) demandPrivate(env)
  const artifacts = env.MODELKEEP_ARTIFACTS
  return {
    dataDir: resolve(env.MODELKEEP_DATA_DIR),
    host: env.MODELKEEP_HOST,
    port: env.MODELKEEP_PORT,
    publicUrl: (env.MODELKEEP_URL ?? `http://${urlHost(env.MODELKEEP_HOST)}:${env.MODELKEEP_PORT}`).replace(/\/$/, ''),
    database: env.DATABASE_URL
      ? { kind: 'postgres', url: env.DATABASE_URL, prefix: env.MODELKEEP_SCHEMA_PREFIX }
      : { kind: 'sqlite' },
    log: env.MODELKEEP_LOG === 'on',
    trustProxy: env.MODELKEEP_TRUST_PROXY === 'on',
    webhookHosts: env.MODELKEEP_WEBHOOK_HOSTS?.toLowerCase().split(/\s*,\s*/) ?? [],
    scoringHosts: env.MODELKEEP_SCORING_HOSTS?.toLowerCase().split(/\s*,\s*/) ?? [],
    importHosts: env.MODELKEEP_IMPORT_HOSTS?.toLowerCase().split(/\s*,\s*/) ?? [],
    ...(artifacts === undefined ? {} : { artifacts: placeOf(artifacts) }),
    s3: {
      endpoint: env.MODELKEEP_S3_ENDPOINT,
      region: env.MODELKEEP_S3_REGION ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION,
      pathStyle: env.MODELKEEP_S3_PATH_STYLE === undefined ? undefined : env.MODELKEEP_S3_PATH_STYLE === 'on',
      presign: env.MODELKEEP_S3_PRESIGN === 'on',
    },
    directStores: env.MODELKEEP_DIRECT_STORES ?? [],
    open: given.open ?? false,
    workspaces: env.MODELKEEP_WORKSPACES,
    openWorkspaces: env.MODELKEEP_OPEN_WORKSPACES,
    providers,
    sessions: { longest: env.MODELKEEP_SESSION_HOURS * 3_600_000, idle: env.MODELKEEP_SESSION_IDLE_MINUTES * 60_000 },
  }
}

/** Without sign-in the network is the only wall: nobody but this machine may reach the server, through no proxy either. */
function demandPrivate(env: z.infer<typeof Environment>) {
  if (!isLoopback(env.MODELKEEP_HOST)) {
    throw new ConfigError(
      `--open lets everyone in without signing in, so it listens on loopback addresses only, not on ${env.MODELKEEP_HOST}: leave out --open, or use --host 127.0.0.1`,
    )
  }
  if (env.MODELKEEP_TRUST_PROXY === 'on') {
    throw new ConfigError(
      '--open lets everyone in without signing in, so it does not go with a proxy: unset MODELKEEP_TRUST_PROXY',
    )
  }
}

export function systemDatabase({ database, dataDir }: Config): DatabaseLocation {
  return database.kind === 'sqlite'
    ? { kind: 'sqlite', path: resolve(dataDir, 'system.db') }
    : { kind: 'postgres', url: database.url, schema: `${database.prefix}_system` }
}

export function workspaceDatabase({ database, dataDir }: Config, name: string): DatabaseLocation {
  return database.kind === 'sqlite'
    ? { kind: 'sqlite', path: resolve(dataDir, 'workspaces', name, 'workspace.db') }
    : { kind: 'postgres', url: database.url, schema: schemaOf(database.prefix, name) }
}

/** PostgreSQL cuts longer names. */
const longestSchemaName = 63
const fingerprintLength = 24

/**
 * Different names give different schemas. Names have hyphens and no underscores, so one stands for the other; a name that is
 * too long is cut and carries a fingerprint, and only such schemas have the full length.
 */
function schemaOf(prefix: string, name: string): string {
  const room = longestSchemaName - `${prefix}_ws_`.length
  const plain = name.replaceAll('-', '_')
  if (plain.length < room) return `${prefix}_ws_${plain}`
  const fingerprint = sha256(name)
    .replace(/^sha256:/, '')
    .slice(0, fingerprintLength)
  return `${prefix}_ws_${plain.slice(0, room - fingerprintLength - 1)}_${fingerprint}`
}

export function workspaceBlobs({ dataDir, artifacts, s3 }: Config, name: string): BlobPlace {
  switch (artifacts?.kind) {
    case undefined:
      return { kind: 'folder', root: resolve(dataDir, 'workspaces', name, 'blobs') }
    case 'folder':
      return { kind: 'folder', root: resolve(artifacts.path, name) }
    case 's3':
      return { ...s3, kind: 's3', bucket: artifacts.bucket, prefix: [artifacts.prefix, name].filter(Boolean).join('/') }
  }
}

function placeOf(text: string): ArtifactsPlace {
  const [, bucket, prefix = ''] = s3Place.exec(text) ?? []
  if (bucket !== undefined) return { kind: 's3', bucket, prefix: prefix.split('/').filter(Boolean).join('/') }
  return { kind: 'folder', path: text.startsWith('file:') ? fileURLToPath(text) : resolve(text) }
}

const urlHost = (host: string) =>
  host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
