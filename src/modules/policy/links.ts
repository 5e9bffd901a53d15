import type { Snapshot } from './schema.ts'

/** Pages of the web application where requirements can be met. */
export function linksOf({ model, version, environment }: Pick<Snapshot, 'model' | 'version' | 'environment'>) {
  const modelPage = `/models/${encodeURIComponent(model.name)}`
  const versionPage = `${modelPage}/versions/${version.version}`
  const tab = (name: string) => `${versionPage}?tab=${name}&environment=${environment}`
  return {
    model: modelPage,
    version: tab('requirements'),
    evidence: tab('evaluations'),
    decisions: tab('decisions'),
    policies: '/policies',
  }
}
