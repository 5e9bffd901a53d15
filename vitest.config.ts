import { statfsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import type { VitestPluginContext } from 'vitest/node'
import { CountsReporter } from './scripts/counts-reporter.ts'
import { bundlePrograms } from './scripts/programs.ts'
import { programsFolder } from './src/testing/program-beside.ts'

/** What does not depend on the engine; everything else runs on both. */
const pure = [
  'src/http/plain-words.test.ts',
  'src/db/migrated.test.ts',
  'src/lib/**/*.test.ts',
  'src/modules/artifacts/scan/*.test.ts',
  'src/modules/evaluation/metrics/**/*.test.ts',
  'src/modules/evaluation/examination/**/*.test.ts',
  'web/**/*.test.ts',
  'demo/**/*.test.ts',
]
/** What touches stored bytes runs on an S3 server too. */
const onS3 = [
  'src/blobs/blobs.test.ts',
  'src/blobs/s3.test.ts',
  'src/modules/artifacts/*.test.ts',
  'src/protocols/mlflow/artifacts*.test.ts',
  'src/protocols/mlflow/conformance.test.ts',
]
const s3Alone = ['src/blobs/s3.test.ts']
const postgresAlone = ['src/db/pool.test.ts']
/** Starts the command line over and over, which asks a server and not an engine. */
const byCommandLine = ['src/testing/pipeline-examples.test.ts']
/** Puts another module in the place of one that its worker may have loaded before. */
const withModulesOfTheirOwn = ['test/security/outgoing.test.ts']
const artifactScenarios = 'artifacts_client,artifacts_proxied_raw,artifacts_traversal'
/** Files share the modules of their worker: loading them anew for each took half of the time. What a test changes it sets back. */
const common = { testTimeout: 30_000, hookTimeout: 60_000, pool: 'forks' as const, isolate: false }

const folder = process.env.TMPDIR ?? fastFolder()
if (folder !== undefined) process.env.TMPDIR = folder

/** Programs that tests start as processes of their own, from the sources, are compiled once. */
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url))

/** Tests wait for thousands of commits to be on disk; where there is room, memory stands in for it. */
function fastFolder(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize > 4 * 2 ** 30 ? '/dev/shm' : undefined
  } catch {
    return undefined
  }
}

/** Tests start hundreds of examiners and profile threads: as bundles, made of the sources before each run. */
const bundled = {
  name: 'programs',
  async configureVitest({ vitest }: VitestPluginContext) {
    await bundlePrograms(programsFolder)
    vitest.onTestsRerun(() => bundlePrograms(programsFolder))
  },
}
const alias = [
  {
    find: /^.*\/lib\/program-beside\.ts$/,
    replacement: fileURLToPath(new URL('src/testing/program-beside.ts', import.meta.url)),
  },
]

export default defineConfig({
  plugins: [bundled],
  test: {
    reporters: ['default', new CountsReporter()],
    // One for each core; vitest alone would leave one of two cores idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { resolve: { alias }, test: { ...common, name: 'pure', include: pure } },
      {
        resolve: { alias },
        test: {
          ...common,
          name: 'sqlite',
          include: ['src/**/*.test.ts', 'test/security/**/*.test.ts'],
          exclude: [...pure, ...s3Alone, ...postgresAlone, ...withModulesOfTheirOwn],
          env: { TEST_ENGINE: 'sqlite' },
          globalSetup: ['src/testing/template.ts'],
        },
      },
      {
        resolve: { alias },
        test: {
          ...common,
          name: 'isolated',
          isolate: true,
          include: withModulesOfTheirOwn,
          env: { TEST_ENGINE: 'sqlite' },
          globalSetup: ['src/testing/template.ts'],
        },
      },
      {
        resolve: { alias },
        test: {
          ...common,
          name: 'postgres',
          include: ['src/**/*.test.ts', 'test/security/fuzz.test.ts', 'test/security/secrets.test.ts'],
          exclude: [...pure, ...s3Alone, ...byCommandLine],
          env: { TEST_ENGINE: 'postgres' },
          globalSetup: ['src/testing/postgres.ts'],
        },
      },
      {
        resolve: { alias },
        test: {
          ...common,
          name: 's3',
          include: onS3,
          env: { TEST_ENGINE: 'sqlite', TEST_BLOBS: 's3', SCENARIO: artifactScenarios },
          globalSetup: ['src/testing/s3.ts'],
          setupFiles: ['src/testing/s3-tests.ts'],
        },
      },
      {
        resolve: { alias },
        test: {
          ...common,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
