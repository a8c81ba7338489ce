import { ClusterFault } from '../cluster/fault.ts';
import { timed } from '../cluster/progress.ts';
import type { Kubectl } from '../install/kubectl.ts';
import { AppStory } from './app-story.ts';
import { apply, print, printTimeline } from './demo.ts';
import { exampleFolder, withAddresses } from './example.ts';
import { nextVersion, progressLine } from './timeline.ts';
import { watchAll } from './watch-all.ts';

export const podtatoNamespace = 'sluice-podtato';
/** The app that it shows. */
export const podtatoApp = 'podtato-head';
const timeoutMs = 300_000;

/** The app's six Deployments apart from what they need, all of one version. */
export interface PodtatoExample {
  readonly version: string;
  readonly surroundings: string;
  readonly deployments: string;
  /** How many Deployments the app has. */
  readonly size: number;
}

/** Sets the version of every workload and takes their Deployments out of the rest. Pure. */
export function splitPodtato(rendered: string, version: string): PodtatoExample {
  const documents = rendered
    .replaceAll(/^(\s+app\.kubernetes\.io\/version: )\S+$/gm, `$1${version}`)
    .split(/^---$/m);
  const isOurs = (text: string): boolean =>
    /^kind: Deployment$/m.test(text) && text.includes(`part-of: ${podtatoApp}`);
  const deployments = documents.filter(isOurs);
  return {
    version,
    surroundings: documents.filter((text) => !isOurs(text)).join('---'),
    deployments: deployments.join('---'),
    size: deployments.length,
  };
}

/** Shows six services released as one app: checks of the app and of its workloads, before and after. */
export async function showPodtato(kubectl: Kubectl): Promise<void> {
  const rendered = await kubectl.do('manifests/examples/podtato', ['kustomize', exampleFolder('podtato')]);
  const seen = [
    'get',
    'keptnworkloadversions',
    '-n',
    podtatoNamespace,
    '-o',
    'jsonpath={.items[*].spec.version}',
  ];
  const version = nextVersion(1, (await kubectl.try(seen)).stdout.split(' '));
  const example = splitPodtato(rendered, version);
  await prepareSurroundings(kubectl, example);
  const story = await follow(kubectl, example);
  printTimeline(story);
  if (story.verdict !== 'Succeeded') {
    throw new ClusterFault('the release', story.standing, 'What its checks said is above.');
  }
  print(
    `${example.size} services of ${podtatoApp} ${version} were released together and checked before and after.`,
  );
}

async function prepareSurroundings(kubectl: Kubectl, example: PodtatoExample): Promise<void> {
  const namespace = ['-n', podtatoNamespace];
  await timed(
    `preparing namespace ${podtatoNamespace}: a warehouse, seven Services, five checks`,
    async () => {
      await apply(kubectl, 'the example', example.surroundings);
      const jsonpath = 'jsonpath={range .items[*]}{.metadata.name}={.spec.clusterIP} {end}';
      const listed = await kubectl.do('the Services', ['get', 'services', ...namespace, '-o', jsonpath]);
      const addresses = Object.fromEntries(
        listed
          .trim()
          .split(' ')
          .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const),
      );
      await apply(kubectl, 'the example', withAddresses(example.surroundings, addresses, podtatoNamespace));
      const ready = ['rollout', 'status', 'deployment/warehouse', ...namespace, '--timeout=120s'];
      await kubectl.do('the warehouse', ready);
    },
  );
}

async function follow(kubectl: Kubectl, example: PodtatoExample): Promise<AppStory> {
  const startedAt = performance.now();
  const sinceStart = (): number => performance.now() - startedAt;
  const story = new AppStory(podtatoApp, example.version, example.size);
  const ended = Promise.withResolvers<boolean>();
  const stops = watchAll(kubectl, podtatoNamespace, (sighting) => {
    const atMs = sinceStart();
    for (const line of story.see(sighting, atMs)) print(progressLine(atMs, line));
    if (story.verdict !== undefined) ended.resolve(true);
  });
  const timer = setTimeout(() => ended.resolve(false), timeoutMs);
  try {
    await apply(kubectl, 'the app', example.deployments);
    story.mark(`${podtatoApp} ${example.version} applied`, sinceStart());
    print(
      progressLine(sinceStart(), `applied ${example.size} Deployments of ${podtatoApp} ${example.version}`),
    );
    if (await ended.promise) return story;
    const kinds = 'pods,keptnappversions,keptnworkloadversions,keptntasks';
    print((await kubectl.try(['get', kinds, '-n', podtatoNamespace])).stdout.trimEnd());
    throw new ClusterFault('the release', `not through within ${timeoutMs / 1_000} s`, story.standing);
  } finally {
    clearTimeout(timer);
    for (const stop of stops) stop();
  }
}
