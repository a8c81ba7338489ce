import { expect, test } from 'vitest';
import { tracedRelease } from '../../../test/builders/traced-release.ts';
import { keptnAppVersion, keptnWorkloadVersion } from '../../../test/builders/version-objects.ts';
import { releaseSpans, workloadSpans } from './spans.ts';
import { appTrace, runSpanId } from './version-trace.ts';

const trace = '0af7651916cd43dd8448eb211c80319c';
const span = 'b7ad6b7169203331';
const traceparent = `00-${trace}-${span}-01`;

test('a release of one workload with two checks is few spans, all in one trace, with one root', () => {
  const spans = releaseSpans(tracedRelease());
  expect(spans).toHaveLength(10);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined)).toHaveLength(1);
});

test('Q-33: a traceparent of the KeptnApp is continued: the release is a span below it', () => {
  const [root] = releaseSpans(tracedRelease({ annotations: { traceparent } }));
  expect(root).toMatchObject({ traceId: trace, parentSpanId: span });
  const copied = keptnAppVersion({ spec: { traceId: { traceparent } } });
  expect(appTrace(copied)).toMatchObject({ traceId: trace, parent: { spanId: span } });
});

test('the version before it, spanLinks and a traceparent in metadata are linked to, each once', () => {
  const annotations = { 'keptn.sh/follows': `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` };
  const [root] = releaseSpans(
    tracedRelease({ annotations, spanLinks: [traceparent, 'garbage', traceparent] }),
  );
  expect(root?.links).toEqual([
    {
      context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16) },
      attributes: { 'opentracing.ref_type': 'follows-from' },
    },
    { context: { traceId: trace, spanId: span }, attributes: { 'opentracing.ref_type': 'follows-from' } },
  ]);
});

test('a failure has its reason: on the check, its phase and the version', () => {
  const spans = releaseSpans(tracedRelease({ state: 'Failed' }));
  const failed = spans.filter(({ result }) => result.code === 'error').map(({ name }) => name);
  expect(failed).toEqual([
    'shop-1-6b86b273',
    'AppDeploy',
    'shop-cart-1',
    'shop-cart/WorkloadPostDeployEvaluations',
    'post-eval-error-rate-1',
  ]);
  const evaluation = spans.find(({ name }) => name === 'post-eval-error-rate-1');
  expect(evaluation?.events[0]).toMatchObject({
    name: "objective 'errors' not met",
    attributes: { 'keptn.metric.value': '7' },
  });
  expect(spans.find(({ name }) => name === 'shop-cart-1')).toMatchObject({
    attributes: { 'error.type': 'CheckFailed', 'cicd.pipeline.task.run.result': 'failure' },
    result: { code: 'error', message: 'error-rate is 7' },
  });
});

test('nobody can pass for another app by metadata', () => {
  const metadata = { 'keptn.deployment.app.name': 'bank', team: 'x'.repeat(5000) };
  const status = {
    startTime: '2026-01-01T00:00:00Z',
    status: 'Progressing',
    workloadOverallStatus: 'Progressing',
  };
  const version = keptnAppVersion({ spec: { metadata }, status });
  const [root] = releaseSpans({ app: { version, tasks: [], evaluations: [] }, workloads: [] });
  expect(root?.attributes['keptn.deployment.app.name']).toBe('shop');
  expect(String(root?.attributes['team'])).toHaveLength(1024);
});

test('a workload that never had an app has a trace of its own; one that began under another version is not drawn here', () => {
  const status = { startTime: '2026-01-01T00:00:00Z', status: 'Deprecated', endTime: '2026-01-01T00:01:00Z' };
  const alone = { version: keptnWorkloadVersion({ status }), tasks: [], evaluations: [] };
  const [root] = workloadSpans(alone, undefined);
  expect(root).toMatchObject({ parentSpanId: undefined, spanId: runSpanId('workload-version-1', 0) });
  const { app } = tracedRelease({ uid: 'later' });
  const { workloads } = tracedRelease({ uid: 'earlier' });
  const drawn = releaseSpans({ app, workloads });
  expect(drawn.filter(({ level }) => level === 'Workload')).toEqual([]);
});
