import request from 'supertest';
import { expect, onTestFinished, test } from 'vitest';
import { historyFile } from '../../../test/builders/history-file.ts';
import { failedRecord, releaseRecord } from '../../../test/builders/release-record.ts';
import { doraAnswerSchema } from '../../domain/dora/answer.ts';
import type { ReleaseRecord } from '../../domain/dora/record.ts';
import { createProbeApp } from '../probe-app.ts';
import { doraRoutes } from './dora-routes.ts';

const now = new Date('2026-02-01T00:00:00Z');
const day = (n: number): number => now.getTime() - n * 24 * 3_600_000;

const records = [
  releaseRecord({ uid: 'a', endMs: day(1), environment: 'production', version: '=1,"x"' }),
  failedRecord({ uid: 'b', endMs: day(2) }),
  releaseRecord({ uid: 'c', endMs: day(3), namespace: 'other', app: 'cart' }),
  releaseRecord({ uid: 'd', endMs: day(40) }),
];

async function serving(kept: readonly ReleaseRecord[] = records): Promise<ReturnType<typeof createProbeApp>> {
  const archive = historyFile(now);
  onTestFinished(() => {
    archive.close();
  });
  await archive.put(kept);
  return createProbeApp(doraRoutes({ archive, now: () => now }), (error) => {
    throw error;
  });
}

test('the five numbers of 30 days come with those of each app, the latest first', async () => {
  const { body } = await request(await serving())
    .get('/dora')
    .expect(200);
  const answer = doraAnswerSchema.parse(body);
  expect(answer.numbers.releases).toMatchObject({ ended: 3, deployed: 3 });
  expect(answer.window).toEqual({
    from: '2026-01-02T00:00:00.001Z',
    to: '2026-02-01T00:00:00.001Z',
    days: 30,
  });
  expect(answer.apps.map(({ namespace, app, environment }) => [namespace, app, environment])).toEqual([
    ['team', 'shop', 'production'],
    ['team', 'shop', null],
    ['other', 'cart', null],
  ]);
  // The failure has no environment, and the release that mended it has one.
  expect(answer.apps[1]?.numbers.failedDeploymentRecoveryTime).toMatchObject({ known: 1, open: 0 });
});

test.each([
  ['window=7d&app=shop', 2],
  ['window=52w', 4],
  ['window=36h', 1],
  ['namespace=other', 1],
  ['environment=production', 1],
  ['environment=unknown', 2],
  ['environment=&app=&namespace=', 3],
  ['from=2026-01-30&to=2026-01-31T00:00:00Z', 1],
  ['window=all', 4],
])('/dora?%s counts %i releases', async (query, ended) => {
  const { body } = await request(await serving())
    .get(`/dora?${query}`)
    .expect(200);
  expect(doraAnswerSchema.parse(body).numbers.releases.ended).toBe(ended);
});

test.each([
  ['/dora?window=month', 'parameter "window": "month" is no window'],
  ['/dora?window=0d', 'parameter "window": "0d" is no window'],
  ['/dora?window=99999w', 'parameter "window"'],
  ['/dora?from=2026-01-01&window=1d', 'parameter "window": goes without'],
  ['/dora?from=soon', 'parameter "from": "soon" is no time'],
  ['/dora?to=2026-01-01', 'parameter "from"'],
  ['/dora?from=2026-01-02&to=2026-01-01', 'parameter "from": is not before "to"'],
  ['/dora?format=csv', 'parameter "format": is not known; there are window'],
  [`/dora?app=${'a'.repeat(300)}`, 'parameter "app": is longer'],
  ['/dora/releases?format=xml', 'parameter "format": "xml" is neither'],
  ['/dora/releases?limit=0', 'parameter "limit": "0" is no number'],
])('%s is refused and says what is wrong', async (path, message) => {
  const { body, status } = await request(await serving()).get(path);
  expect([status, JSON.stringify(body)]).toEqual([
    400,
    expect.stringContaining(JSON.stringify(message).slice(1, -1)),
  ]);
});

test('releases are exported as JSON and CSV, the latest first, with what was left out', async () => {
  const app = await serving();
  const json = await request(app).get('/dora/releases?limit=1').expect(200);
  expect(json.body).toMatchObject({
    leftOut: 3,
    releases: [
      { uid: 'a', endTime: '2026-01-31T00:00:00.000Z', commitTime: null, environment: 'production' },
    ],
  });
  const csv = await request(app).get('/dora/releases?format=csv&environment=production').expect(200);
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(csv.headers['x-sluice-left-out']).toBe('0');
  const [head, row, rest] = csv.text.split('\r\n');
  expect(head).toBe(
    'uid,namespace,app,environment,environmentSource,version,revision,previousVersion,startTime,endTime,result,deployment,deployedTime,commitTime,commitSource,commit,failure,failedTime,rework,rollback,workloads',
  );
  // A cell that a spreadsheet would take for a formula is made a text.
  expect(row).toBe(
    `a,team,shop,production,,"'=1,""x""",1,,2026-01-30T23:59:00.000Z,2026-01-31T00:00:00.000Z,succeeded,done,2026-01-31T00:00:00.000Z,,,,none,,,false,1`,
  );
  expect(rest).toBe('');
});
