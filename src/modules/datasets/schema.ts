import { z } from 'zod'
import { Digest, idSchema, Moment } from '../../lib/ids.ts'
import { PersonId } from '../audit/schema.ts'

export const DatasetVersionId = idSchema('dsv')
export type DatasetVersionId = z.infer<typeof DatasetVersionId>

export const DatasetName = z.string().regex(/^[\w][\w .-]{0,199}$/, 'letters, digits, _ . - and blanks')
/** JSON as `mlflow.log_table` writes it (columns and data), or a list of records. */
export const TableFormat = z.enum(['csv', 'parquet', 'json'])
export type TableFormat = z.infer<typeof TableFormat>

export const Column = z.object({
  name: z.string(),
  type: z.enum(['integer', 'number', 'text', 'boolean', 'time', 'other']),
  missing: z.int(),
  distinct: z.int(),
})
export type Column = z.infer<typeof Column>

/** A dataset version is its bytes: the digest names it. */
export const DatasetVersion = z.object({
  id: DatasetVersionId,
  name: DatasetName,
  digest: Digest,
  format: TableFormat,
  size: z.int(),
  rows: z.int(),
  columns: z.array(Column),
  description: z.string(),
  created_at: Moment,
  created_by: PersonId,
})
export type DatasetVersion = z.infer<typeof DatasetVersion>

/** A sealed model version whose run named this dataset. */
export const DatasetUse = z.object({
  model: z.string(),
  version: z.int(),
  version_id: z.string(),
  context: z.string().nullable(),
})
export type DatasetUse = z.infer<typeof DatasetUse>

/** The first rows as they stand in the file, for a person to recognise the table by. */
export const DatasetPreview = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.array(z.string().nullable())),
  /** Columns that are left out, because a person would not look at so many. */
  more_columns: z.int(),
})
export type DatasetPreview = z.infer<typeof DatasetPreview>

export const DatasetDetail = DatasetVersion.extend({ used_by: z.array(DatasetUse) })
export type DatasetDetail = z.infer<typeof DatasetDetail>
