export type DatasetTables = { dataset_version: DatasetVersionRow }

export type DatasetVersionRow = {
  id: string
  name: string
  digest: string
  format: string
  size: number
  rows: number
  /** JSON: name, type, missing and distinct values of each column. */
  columns: string
  description: string
  created_at: string
  created_by: string
}
