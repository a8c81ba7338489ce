import { defineConfig } from 'vitest/config';

/** Integration and end-to-end files share one control plane or node each, so they run with a bounded number of workers. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // Nothing here keeps state in a module; a fresh set of modules for each file would take as long as the tests.
          isolate: false,
          // Properties run a thousand times; a loaded machine is no failure.
          testTimeout: 60_000,
          include: ['{src,bench,scripts,images}/**/*.test.ts', 'test/contracts/**/*.test.ts'],
        },
      },
      { test: { name: 'architecture', include: ['test/architecture/**/*.test.ts'] } },
      {
        test: {
          // Real programs that metrics come from.
          name: 'backends',
          include: ['test/backends/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: ['test/integration/lifecycle/**', 'test/integration/metrics-api/**'],
          globalSetup: ['test/integration/setup/control-plane.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'lifecycle',
          include: ['test/integration/lifecycle/**/*.test.ts'],
          globalSetup: ['test/integration/lifecycle/setup/install.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Controllers act on the whole cluster: one file at a time, and none beside other suites.
          fileParallelism: false,
          // Nothing keeps state in a module, and loading all of the product anew takes 7 s a file.
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'metrics-api',
          include: ['test/integration/metrics-api/**/*.test.ts'],
          globalSetup: ['test/integration/metrics-api/setup/cluster.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // There is one registration of the API in a cluster, and each file serves it.
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/setup/node.ts'],
          testTimeout: 300_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: { name: 'chart', include: ['test/chart/*.test.ts'], testTimeout: 60_000, hookTimeout: 900_000 },
      },
      {
        test: {
          name: 'chart-node',
          include: ['test/chart/node/**/*.test.ts'],
          globalSetup: ['test/chart/node/setup/node.ts'],
          testTimeout: 180_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          // By `make test-ha` alone: half an hour on a machine that does nothing else.
          name: 'ha',
          include: ['test/ha/**/*.test.ts'],
          globalSetup: ['test/ha/setup/node.ts'],
          testTimeout: 600_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          name: 'model',
          include: ['test/model/**/*.test.ts'],
          globalSetup: ['test/model/setup/cluster.ts'],
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
