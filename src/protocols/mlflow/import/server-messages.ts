import { z } from 'zod'

/** MLflow's answers as far as they are read. Numbers may come as texts, and what is empty is left out. */

const Text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const Whole = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((value) => (value === null || value === undefined || value === '' ? null : Number(value)))
/** NaN and infinities are texts. */
const Measure = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((value) => Number(value ?? 0))
const Pairs = z
  .array(z.looseObject({ key: Text, value: Text }))
  .nullish()
  .transform((list) => (list ?? []).map(({ key, value }) => ({ key, value })))
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])

const Page = { next_page_token: Text }

export const Experiments = z.looseObject({
  experiments: list(
    z.looseObject({
      experiment_id: Text,
      name: Text,
      artifact_location: Text,
      lifecycle_stage: Text,
      creation_time: Whole,
      last_update_time: Whole,
      tags: Pairs,
    }),
  ),
  ...Page,
})

const Metric = z.looseObject({ key: Text, value: Measure, timestamp: Whole, step: Whole })
const Link = z.looseObject({ model_id: Text, step: Whole })

export const Run = z.looseObject({
  info: z.looseObject({
    run_id: Text,
    run_uuid: Text,
    run_name: Text,
    experiment_id: Text,
    user_id: Text,
    status: z
      .union([z.string(), z.number()])
      .nullish()
      .transform((value) => String(value ?? 'RUNNING')),
    start_time: Whole,
    end_time: Whole,
    artifact_uri: Text,
    lifecycle_stage: Text,
  }),
  data: z.looseObject({ metrics: list(Metric), params: Pairs, tags: Pairs }).nullish(),
  inputs: z
    .looseObject({
      dataset_inputs: list(
        z.looseObject({
          tags: Pairs,
          dataset: z
            .looseObject({
              name: Text,
              digest: Text,
              source_type: Text,
              source: Text,
              schema: z.string().nullish(),
              profile: z.string().nullish(),
            })
            .nullish(),
        }),
      ),
      model_inputs: list(Link),
    })
    .nullish(),
  outputs: z.looseObject({ model_outputs: list(Link) }).nullish(),
})
export type Run = z.infer<typeof Run>

export const Runs = z.looseObject({ runs: list(Run), ...Page })
export const History = z.looseObject({ metrics: list(Metric), ...Page })

export const LoggedModels = z.looseObject({
  models: list(
    z.looseObject({
      info: z.looseObject({
        model_id: Text,
        experiment_id: Text,
        name: Text,
        model_type: Text,
        source_run_id: Text,
        artifact_uri: Text,
        status: z
          .union([z.string(), z.number()])
          .nullish()
          .transform((value) => String(value ?? '')),
        creation_timestamp_ms: Whole,
        last_updated_timestamp_ms: Whole,
        tags: Pairs,
      }),
      data: z
        .looseObject({
          params: Pairs,
          metrics: list(Metric.extend({ run_id: Text, dataset_name: Text, dataset_digest: Text })),
        })
        .nullish(),
    }),
  ),
  ...Page,
})

export const Models = z.looseObject({
  registered_models: list(
    z.looseObject({
      name: Text,
      description: Text,
      creation_timestamp: Whole,
      last_updated_timestamp: Whole,
      tags: Pairs,
      aliases: list(z.looseObject({ alias: Text, version: Whole })),
    }),
  ),
  ...Page,
})

export const Versions = z.looseObject({
  model_versions: list(
    z.looseObject({
      name: Text,
      version: Whole,
      description: Text,
      user_id: Text,
      current_stage: Text,
      source: Text,
      run_id: Text,
      run_link: Text,
      status: Text,
      creation_timestamp: Whole,
      last_updated_timestamp: Whole,
      tags: Pairs,
    }),
  ),
  ...Page,
})

export const Files = z.looseObject({
  files: list(z.looseObject({ path: Text, is_dir: z.boolean().nullish(), file_size: Whole })),
  ...Page,
})
