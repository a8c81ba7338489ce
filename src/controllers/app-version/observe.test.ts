import { expect, test } from 'vitest';
import { filledCache } from '../../../test/builders/filled-cache.ts';
import { keptnAppVersion } from '../../../test/builders/version-objects.ts';
import { childrenByOwner } from '../check-child.ts';
import { observeAppVersion } from './observe.ts';

const names = [
  'keptnapps',
  'keptnappversions',
  'keptnworkloadversions',
  'keptntasks',
  'keptntaskdefinitions',
  'keptnevaluations',
  'keptnevaluationdefinitions',
  'keptnconfigs',
  'namespaces',
  'keptnappcontexts',
] as const;
const settings = {
  systemNamespace: 'sluice-system',
  promotion: true,
  images: { deno: 'd', python: 'p' },
  discoveryQuietMs: 0,
};

async function isPromoted(status: Record<string, unknown>): Promise<boolean> {
  const version = keptnAppVersion({ status });
  const cache = filledCache({ keptnappversions: [version] }, names, childrenByOwner);
  const key = { namespace: 'shop', name: version.metadata.name };
  const observed = await observeAppVersion(settings)(key, cache, new Date(0));
  if (!observed.ok) throw new Error(observed.error.message);
  return observed.value?.phases.some(({ name }) => name === 'PromotionTasks') === true;
}

test('a version that was through before promotion was switched on is not promoted afterwards', async () => {
  expect(await isPromoted({ currentPhase: 'AppDeploy' })).toBe(true);
  expect(await isPromoted({ currentPhase: 'Completed', promotionStatus: 'Succeeded' })).toBe(true);
  expect(await isPromoted({ currentPhase: 'Completed', promotionStatus: 'Pending' })).toBe(false);
});
