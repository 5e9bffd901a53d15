import type { ScoringEndpoint } from './schema.ts'

export type HealthAddress = {
  readonly what: string
  readonly url: string
  /** What a good answer holds: nothing that is read, a version, the description of a model, or that anything answers at all. */
  readonly holds: 'nothing' | 'version' | 'model' | 'anything'
}

const inference = /^(.*)\/v2\/models\/([^/]+)((?:\/versions\/[^/]+)?)\/infer\/?$/
const invocations = /^(.*)\/invocations\/?$/

/**
 * Addresses beside an endpoint that say whether it is up and change nothing: `/ping` and `/version` of MLflow's scoring server,
 * the health and metadata of the Open Inference Protocol, version 2. Of an address in another form only itself is known.
 */
export function healthAddressesOf({ url, speaks }: Pick<ScoringEndpoint, 'url' | 'speaks'>): HealthAddress[] {
  const { origin, pathname, search } = new URL(url)
  const at = (path: string) => `${origin}${path}${search}`
  switch (speaks) {
    case 'mlflow': {
      const base = invocations.exec(pathname)?.[1]
      if (base === undefined) break
      return [
        { what: 'It is up (/ping)', url: at(`${base}/ping`), holds: 'nothing' },
        { what: 'It says its version (/version)', url: at(`${base}/version`), holds: 'version' },
      ]
    }
    case 'v2': {
      const [, base = '', model = '', version = ''] = inference.exec(pathname) ?? []
      if (model === '') break
      const own = `/v2/models/${model}${version}`
      return [
        { what: 'It is ready (/v2/health/ready)', url: at(`${base}/v2/health/ready`), holds: 'nothing' },
        { what: `The model is ready (${own}/ready)`, url: at(`${base}${own}/ready`), holds: 'nothing' },
        { what: `The model takes the columns (${own})`, url: at(`${base}${own}`), holds: 'model' },
      ]
    }
  }
  return [{ what: 'Something answers there', url, holds: 'anything' }]
}

/** An address without what may be secret in it. */
export function plainAddress(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}
