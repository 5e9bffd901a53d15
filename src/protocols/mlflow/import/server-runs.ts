import type { PointRecord, RunPage, RunRecord } from '../../../modules/imports/index.ts'
import { pages, type SourceClient, SourceError } from './server-client.ts'
import { History, type Run, Runs } from './server-messages.ts'
import { runStatuses } from './values.ts'

const api = '/api/2.0/mlflow'
const runsPerPage = 200
const pointsPerPage = 25_000

/** Experiment after experiment. Page tokens do not outlive much, so an import that goes on begins its experiment again. */
export async function* readServerRuns(
  client: SourceClient,
  experiments: () => Promise<readonly string[]>,
  cursor: string | null,
): AsyncGenerator<RunPage> {
  for (const id of await experiments()) {
    if (cursor !== null && id < cursor) continue
    const body = {
      experiment_ids: [id],
      run_view_type: 'ALL',
      max_results: runsPerPage,
      order_by: ['attributes.start_time ASC'],
    }
    for await (const { runs } of pages(client, `${api}/runs/search`, Runs, body)) {
      const keys = new Map(runs.map((run) => [idOf(run), (run.data?.metrics ?? []).map(({ key }) => key)]))
      yield {
        cursor: id,
        runs: runs.map(recordOf),
        problems: [],
        points: (wanted) => pointsOf(client, keys, wanted),
      }
    }
  }
}

async function* pointsOf(
  client: SourceClient,
  keys: ReadonlyMap<string, readonly string[]>,
  wanted: ReadonlySet<string>,
): AsyncGenerator<readonly PointRecord[]> {
  for (const [run_id, names] of keys) {
    for (const metric_key of wanted.has(run_id) ? names : []) yield* historyOf(client, run_id, metric_key)
  }
}

async function* historyOf(client: SourceClient, run_id: string, key: string): AsyncGenerator<readonly PointRecord[]> {
  const known = new Set<string>()
  for (let token = ''; ; ) {
    const query = { run_id, run_uuid: run_id, metric_key: key, max_results: String(pointsPerPage) }
    const page = token === '' ? query : { ...query, page_token: token }
    const answer = History.safeParse(await client.get(`${api}/metrics/get-history`, page))
    if (!answer.success) throw new SourceError(`the history of ${key} is not understood`)
    const points: PointRecord[] = []
    for (const { value, timestamp, step } of answer.data.metrics) {
      const name = `${step ?? 0} ${timestamp ?? 0} ${value}`
      if (known.has(name)) continue
      known.add(name)
      points.push({ run_id, key, value, step: step ?? 0, timestamp: timestamp ?? 0 })
    }
    yield points
    if (answer.data.next_page_token === '' || answer.data.next_page_token === token) return
    token = answer.data.next_page_token
  }
}

const idOf = ({ info }: Run) => info.run_id || info.run_uuid

function recordOf(run: Run): RunRecord {
  const { info, data, inputs, outputs } = run
  return {
    id: idOf(run),
    experiment_id: info.experiment_id,
    name: info.run_name,
    user: info.user_id,
    status: runStatuses[info.status] ?? info.status,
    start_time: info.start_time,
    end_time: info.end_time,
    deleted: info.lifecycle_stage === 'deleted',
    location: info.artifact_uri,
    params: data?.params ?? [],
    tags: data?.tags ?? [],
    inputs: (inputs?.dataset_inputs ?? []).flatMap(({ dataset, tags }) =>
      dataset
        ? [
            {
              name: dataset.name,
              digest: dataset.digest,
              source_type: dataset.source_type,
              source: dataset.source,
              schema: dataset.schema ?? null,
              profile: dataset.profile ?? null,
              tags,
            },
          ]
        : [],
    ),
    models: [
      ...(inputs?.model_inputs ?? []).map(({ model_id }) => ({ direction: 'input' as const, model_id, step: 0 })),
      ...(outputs?.model_outputs ?? []).map(({ model_id, step }) => ({
        direction: 'output' as const,
        model_id,
        step: step ?? 0,
      })),
    ],
  }
}
