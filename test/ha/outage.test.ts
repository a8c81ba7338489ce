import { afterAll, beforeAll, inject, test } from 'vitest';
import { z } from '../../src/api/schema.ts';
import { tell } from './figures.ts';
import { liveThroughOutage } from './outage.ts';
import { Site } from './site.ts';

const mode = z.enum(['webhook', 'policy']).parse(process.env['SLUICE_ADMISSION_MODE'] ?? 'webhook');
let site: Site;

beforeAll(async () => {
  site = await Site.open(inject('kubeconfig'));
});
afterAll(() => site?.close());

test(`L3: all of Sluice is deleted, admission by ${mode}: nothing outside notices, nothing escapes, all goes on`, async () => {
  const { recovered, doubled } = await liveThroughOutage(site, mode);
  tell({
    what: 'all of Sluice deleted and back: until all that waited is through',
    value: recovered,
    unit: 's',
  });
  tell({ what: 'the same, Jobs that ran twice', value: doubled, unit: 'Jobs', limit: 0 });
});
