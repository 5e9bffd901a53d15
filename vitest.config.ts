import { defineConfig } from 'vitest/config'
import { CountsReporter } from './scripts/counts-reporter.ts'

/** Pure code needs no database; everything else runs on both engines. */
const pure = [
  'src/lib/**/*.test.ts',
  'src/modules/evaluation/metrics/**/*.test.ts',
  'src/modules/evaluation/examination/**/*.test.ts',
  'web/**/*.test.ts',
  'demo/**/*.test.ts',
]
const common = { testTimeout: 30_000, hookTimeout: 60_000, pool: 'forks' as const }

export default defineConfig({
  test: {
    reporters: ['default', new CountsReporter()],
    projects: [
      { test: { ...common, name: 'pure', include: pure } },
      {
        test: {
          ...common,
          name: 'sqlite',
          include: ['src/**/*.test.ts'],
          exclude: pure,
          env: { TEST_ENGINE: 'sqlite' },
        },
      },
      {
        test: {
          ...common,
          name: 'postgres',
          include: ['src/**/*.test.ts'],
          exclude: pure,
          env: { TEST_ENGINE: 'postgres' },
          globalSetup: ['src/testing/postgres.ts'],
        },
      },
      {
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
