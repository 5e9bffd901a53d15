import { z } from 'zod'

const Table = z.object({ name: z.string(), rows: z.int(), sha256: z.string() })

/** What a backup holds. Digests are of the files as they lie there, in hex. */
export const BackupManifest = z.object({
  format: z.literal('modelkeep-backup-1'),
  /** The version of the program that made it. */
  version: z.string(),
  made_at: z.iso.datetime(),
  databases: z.array(
    z.object({
      /** `system`, or `workspace` and its name. */
      name: z.string(),
      workspace: z.string().nullable(),
      migrations: z.array(z.string()),
      tables: z.array(Table),
      blobs: z.object({ count: z.int(), bytes: z.int(), sha256: z.string() }).nullable(),
    }),
  ),
  /** Private keys, sealed with a passphrase; null when they are kept elsewhere. */
  keys: z.object({ sha256: z.string() }).nullable(),
})
export type BackupManifest = z.infer<typeof BackupManifest>
export type BackupDatabase = BackupManifest['databases'][number]

export const folderOf = (name: string) => `databases/${name}`
export const blobList = 'blobs.ndjson.gz'
export const blobPath = (name: string, digest: string) =>
  `blobs/${name}/${digest.replace('sha256:', '').slice(0, 2)}/${digest.replace('sha256:', '')}`
