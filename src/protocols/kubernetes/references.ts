import { Digest } from '../../lib/ids.ts'
import type { Reference } from '../../modules/admission/index.ts'
import { annotated, located } from './annotations.ts'
import { Annotations, PodSpec } from './schema.ts'

type Value = Readonly<Record<string, unknown>>

/** Everything that an object of a cluster says about the versions it runs, and what it runs besides. */
export type Workload = { readonly references: Reference[]; readonly runs: unknown }

/**
 * Reads pods, whatever has a pod template (Deployment, StatefulSet, DaemonSet, Job, CronJob, Rollout …), KServe's services,
 * and the annotations of anything else.
 */
export function workloadOf(kind: { group: string; kind: string }, object: Value): Workload {
  const spec = recordOf(object.spec)
  const own = `${kind.kind} ${nameOf(object)}`
  if (kind.group === 'serving.kserve.io') {
    const containers = componentsOf(spec).flatMap((each) => containersOf(PodSpec.safeParse(each).data))
    const references = [
      ...annotated(annotationsOf(object), own, namesOf(containers)),
      ...imagesOf(containers),
      ...sourcesOf(spec),
    ]
    return { references, runs: spec }
  }
  const isPod = kind.group === '' && kind.kind === 'Pod'
  const template = isPod ? object : (recordOf(recordOf(spec?.jobTemplate)?.spec)?.template ?? spec?.template)
  const pod = recordOf(template)
  const podSpec = PodSpec.safeParse(pod?.spec).data
  const containers = containersOf(podSpec)
  const references = [
    ...annotated(annotationsOf(object), own, namesOf(containers)),
    ...(isPod || !pod ? [] : annotated(annotationsOf(pod), `the pod template of ${own}`, namesOf(containers))),
    ...imagesOf(containers),
  ]
  return { references, runs: podSpec ?? spec }
}

/** The name that it has or will have. */
export function nameOf(object: Value | undefined): string {
  const { name, generateName } = recordOf(object?.metadata) ?? {}
  if (typeof name === 'string' && name !== '') return name
  return typeof generateName === 'string' ? `${generateName}…` : ''
}

function annotationsOf(object: Value): Record<string, string> {
  return Annotations.safeParse(recordOf(object.metadata)?.annotations).data ?? {}
}

type Containers = NonNullable<PodSpec['containers']>

const containersOf = (spec: PodSpec | undefined): Containers => [
  ...(spec?.initContainers ?? []),
  ...(spec?.containers ?? []),
]
const namesOf = (containers: Containers) => containers.flatMap(({ name }) => (name === undefined ? [] : [name]))

/** An image says which version it serves only by its digest: a tag may be another image tomorrow. */
function imagesOf(containers: Containers): Reference[] {
  return containers.flatMap(({ name, image }): Reference[] => {
    const digest = Digest.safeParse(image?.slice(image.lastIndexOf('@') + 1)).data
    return digest === undefined ? [] : [{ kind: 'image', where: `container ${name}`, image: digest }]
  })
}

const componentsOf = (spec: Value | undefined): Value[] =>
  ['predictor', 'transformer', 'explainer'].map((key) => recordOf(spec?.[key]) ?? {})

/** `storageUri` of each component's model, in the form of today and in that of a named framework, and of a model alone. */
function sourcesOf(spec: Value | undefined): Reference[] {
  const models = [
    ...componentsOf(spec).flatMap((component) => Object.values(component).map(recordOf)),
    recordOf(spec?.model),
  ]
  return models.flatMap((model) =>
    (['storageUri', 'uri'] as const).flatMap((key) => {
      const uri = model?.[key]
      return typeof uri === 'string' ? located(uri, key) : []
    }),
  )
}

function recordOf(value: unknown): Value | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Value) : undefined
}
