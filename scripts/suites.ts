/** One run of vitest, with a report of its own. */
export interface Suite {
  /** Names its report and its log. */
  readonly name: string;
  /** Arguments of `vitest run`. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds that it takes on a machine of two cores, beside another. */
  readonly usually: number;
}

/** Files of the lifecycle suite that take about as long as all others of it together. */
const longFiles = [
  'crash',
  'apps',
  'api-outage',
  'evaluation',
  'release',
  'depends',
  'rollout',
  'rollout-failure',
].map((name) => `${name}.test.ts`);

const project = (name: string, usually: number): Suite => ({ name, args: ['--project', name], usually });

/** The unit tests use every core: nothing runs beside them. */
export const first: Suite = {
  name: 'unit',
  args: ['--project', 'unit', '--project', 'architecture', '--maxWorkers=2'],
  usually: 80,
};

/** What runs after the unit tests, each with a cluster of its own. `hasRoot`: a node can be started. Pure. */
export function clusterSuites(hasRoot: boolean): readonly Suite[] {
  const lifecycle = ['--project', 'lifecycle'];
  return [
    {
      name: 'lifecycle-1',
      args: [...lifecycle, ...longFiles.map((file) => `lifecycle/${file}`)],
      env: { SLUICE_TEST_CLUSTER: 'test-1' },
      usually: 430,
    },
    {
      name: 'lifecycle-2',
      args: [...lifecycle, ...longFiles.map((file) => `--exclude=**/${file}`)],
      env: { SLUICE_TEST_CLUSTER: 'test-2' },
      usually: 560,
    },
    ...(hasRoot ? [project('e2e', 205)] : []),
    project('integration', 110),
    project('metrics-api', 95),
    project('model', 100),
    project('backends', 50),
    project('chart', 25),
  ];
}

/** The suites where one cluster is given for all: the lifecycle in one piece, one suite after the other. Pure. */
export function suitesOfOneCluster(hasRoot: boolean): readonly Suite[] {
  const others = clusterSuites(hasRoot).filter(({ name }) => !name.startsWith('lifecycle'));
  return [...others, project('lifecycle', 800)];
}

/** Runs all, so many at once, each begun in its turn when one has ended. Gives the names of those that failed. */
export async function runSuites(
  suites: readonly Suite[],
  atOnce: number,
  run: (suite: Suite) => Promise<boolean>,
): Promise<readonly string[]> {
  const waiting = [...suites];
  const failed: string[] = [];
  const slot = async (): Promise<void> => {
    for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift()) {
      if (!(await run(suite))) failed.push(suite.name);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, slot));
  return failed;
}
