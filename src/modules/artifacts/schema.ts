import { z } from 'zod'
import { Digest, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'

/** Bytes at a path such as `<experiment>/<run>/artifacts/model/model.onnx`. */
export const ArtifactFile = z.object({
  path: z.string(),
  size: z.int().min(0),
  digest: Digest,
  media_type: z.string(),
  created_by: PersonId,
  created_at: Moment,
})
export type ArtifactFile = z.infer<typeof ArtifactFile>

/** One line of a listing; folders have no size. */
export const ArtifactEntry = z.object({ name: z.string(), is_dir: z.boolean(), size: z.int().nullable() })
export type ArtifactEntry = z.infer<typeof ArtifactEntry>
