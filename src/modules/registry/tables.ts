export type RegistryTables = {
  model: ModelRow
  model_tag: ModelTagRow
  model_alias: ModelAliasRow
  model_version: ModelVersionRow
  version_status: VersionStatusRow
  version_tag: VersionTagRow
  version_developer: VersionDeveloperRow
  version_dataset: VersionDatasetRow
  environment: EnvironmentRow
  deployment: DeploymentRow
}

export type ModelRow = {
  id: string
  /** `ModelKind`. */
  kind: string
  name: string
  description: string
  purpose: string
  tier: string | null
  owner: string | null
  /** The highest number given so far; numbers of deleted versions are not given again. */
  last_version: number
  created_at: string
  updated_at: string
  created_by: string
  deleted_at: string | null
}

export type ModelTagRow = { model_id: string; key: string; value: string }

/** The number stays when its version is deleted, as MLflow has it: the alias then leads nowhere until it moves. */
export type ModelAliasRow = { model_id: string; alias: string; version: number }

/** What was registered. Nothing in this row ever changes; what does is in `version_status`. */
export type ModelVersionRow = {
  id: string
  model_id: string
  version: number
  digest: string
  manifest: string
  facts: string
  files: number
  size: number
  source: string
  /** Where MLflow clients download from: `source` with references to other versions resolved. */
  location: string
  /** As the client gave it. */
  run_id: string | null
  /** The run that the manifest names: given, or found by the source. */
  origin_run: string | null
  run_link: string
  registered_at: string
  registered_by: string
}

export type VersionStatusRow = {
  version_id: string
  state: string
  /** MLflow's stage of old: kept for its clients and without meaning here. */
  stage: string
  description: string
  updated_at: string
  deleted_at: string | null
}

export type VersionTagRow = { version_id: string; key: string; value: string }

export type VersionDeveloperRow = { version_id: string; person_id: string }

export type VersionDatasetRow = { version_id: string; digest: string; context: string | null }

/** `protected_aliases` and `offline` are JSON. */
export type EnvironmentRow = {
  name: string
  mode: string
  protected_aliases: string
  findings_block: string
  offline: string
}

export type DeploymentRow = {
  id: string
  model_id: string
  version_id: string
  environment: string
  endpoint: string | null
  verdict_id: string | null
  reported_by: string
  reported_at: string
  ended_at: string | null
}
