import fc from 'fast-check';
import type { KeptnAppVersion } from '../../src/api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../src/api/lifecycle/v1/keptn-workload-version.ts';
import { AppVersionWorld } from './app-version-world.ts';
import { WorkloadVersionWorld } from './workload-version-world.ts';

type Version = KeptnAppVersion | KeptnWorkloadVersion;

/** Each different status that versions have on random ways through their phases. */
function walk<W extends { version: Version }>(
  open: (seed: number) => W,
  steps: (world: W, choice: number) => void,
): Version[] {
  const found = new Map<string, Version>();
  for (let seed = 0; seed < 150; seed += 1) {
    const world = open(seed);
    const choices = fc.sample(fc.noBias(fc.integer({ min: 0, max: 999 })), { numRuns: 60, seed });
    for (const choice of choices) {
      steps(world, choice);
      const { status, currentPhase, preDeploymentStatus, conditions } = world.version.status ?? {};
      const kind = conditions?.map((one) => `${one.type} ${one.status} ${one.reason}`).join();
      const key = JSON.stringify([status, currentPhase, preDeploymentStatus, kind]);
      if (!found.has(key)) found.set(key, world.version);
    }
  }
  return [...found.values()];
}

const checks = { pre: ['a'], preEvaluations: ['d'], post: ['b'], postEvaluations: ['e'], onFailure: ['f'] };
const states = [...Array.from({ length: 12 }, () => 'Succeeded' as const), 'Progressing', 'Failed'] as const;

/** KeptnWorkloadVersions in every phase, to every end and in every kind of wait, as their decider left them. */
export function walkedWorkloadVersions(): Version[] {
  return walk(
    (seed) => {
      const world = new WorkloadVersionWorld(checks);
      world.blocking = seed % 5 !== 0;
      world.setApp(seed % 3 === 0 ? 'checking' : 'open');
      if (seed % 7 === 0) world.children.undefinedNames.add('b');
      return world;
    },
    (world, choice) => {
      if (choice < 20) world.wanted = '2';
      else if (choice < 60)
        world.setApp((['absent', 'checking', 'open', 'failed'] as const)[choice % 4] ?? 'open');
      else if (choice < 200) world.available = choice % 3;
      else if (choice < 220) world.askRetry();
      else if (choice < 600) world.children.move(choice, states[choice % states.length] ?? 'Failed');
      world.perform(world.decide());
    },
  );
}

/** KeptnAppVersions likewise. */
export function walkedAppVersions(): Version[] {
  return walk(
    (seed) => {
      const world = new AppVersionWorld({ ...checks, promotion: ['c'] });
      world.blocking = seed % 5 !== 0;
      if (seed % 7 === 0) world.children.undefinedNames.add('e');
      return world;
    },
    (world, choice) => {
      if (choice < 10) world.isReplaced = true;
      else if (choice < 150) world.moveWorkloads(states[choice % states.length] ?? 'Failed');
      else if (choice < 180) world.askRetry();
      else if (choice < 600) world.children.move(choice, states[choice % states.length] ?? 'Failed');
      world.perform(world.decide());
    },
  );
}
