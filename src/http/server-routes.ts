import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { publicKeyPem } from '../lib/keys.ts'
import { formatVerifierKey, verifierKeyOf } from '../lib/signed-note.ts'
import { version } from '../lib/version.ts'
import { type Keys, originOf } from '../workspace.ts'

const Key = z.object({
  id: z.string(),
  use: z.enum(['log', 'signing']),
  public_key_pem: z.string(),
  /** C2SP verifier key of the trail. */
  verifier: z.string().optional(),
})

type Parts = { config: Config; keys: Keys }

/** What anyone may know of this server: that it lives, and the public keys to verify what it signed. */
export function serverRoutes({ config, keys }: Parts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/server', {
      config: { requires: 'public' },
      schema: {
        tags: ['server'],
        summary: 'Name and version',
        response: {
          200: z.object({
            name: z.string(),
            version: z.string(),
            workspace: z.string(),
            public_url: z.string(),
            engine: z.enum(['sqlite', 'postgres']),
            /** Requests without credentials act as the local developer, and the gate stops nothing. */
            open: z.boolean(),
          }),
        },
      },
      handler: async (req) => ({
        name: 'modelkeep',
        version,
        workspace: req.workspace,
        public_url: config.publicUrl,
        engine: config.database.kind,
        open: config.open ?? false,
      }),
    })

    app.get('/keys', {
      config: { requires: 'public' },
      schema: { tags: ['server'], summary: 'Public keys', response: { 200: z.object({ keys: z.array(Key) }) } },
      handler: async (req) => ({
        keys: [
          { id: keys.signing.keyId, use: 'signing' as const, public_key_pem: publicKeyPem(keys.signing.publicKey) },
          // A log's key follows from its name, so answering does not say whether the workspace is there.
          ...[req.workspace, 'system'].map((log) => ({
            id: keys.log.keyId,
            use: 'log' as const,
            public_key_pem: publicKeyPem(keys.log.publicKey),
            verifier: formatVerifierKey(verifierKeyOf({ name: originOf(keys.log, log), key: keys.log })),
          })),
        ],
      }),
    })
  }
}
