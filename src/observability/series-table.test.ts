import { expect, test } from 'vitest';
import { Metrics } from './metrics.ts';
import { meterProcess } from './process-meter.ts';

test('beyond a thousand series of a metric the open labels of new ones are those of others', () => {
  const metrics = new Metrics();
  const observe = (definition: string): void => {
    const labels = { kind: 'task', namespace: 'shop', type: 'pre', result: 'Succeeded', definition };
    metrics.observe('sluice_check_seconds', labels, 2);
  };
  for (let index = 0; index < 1_005; index += 1) observe(`check-${index}`);
  observe('check-7');
  const counts = metrics
    .render()
    .split('\n')
    .filter((line) => line.startsWith('sluice_check_seconds_count'));
  expect(counts).toHaveLength(1_001);
  expect(counts).toContain(
    'sluice_check_seconds_count{kind="task",namespace="(others)",definition="(others)",type="(others)",result="Succeeded"} 5',
  );
  expect(counts.find((line) => line.includes('"check-7"'))).toMatch(/ 2$/);
});

test('labels that nobody chooses are not cut', () => {
  const metrics = new Metrics();
  for (let index = 0; index < 1_005; index += 1)
    metrics.count('sluice_reconciles_total', { controller: `c${index}`, outcome: 'done' });
  expect(metrics.value('sluice_reconciles_total', { controller: 'c1004', outcome: 'done' })).toBe(1);
});

test('a process tells what it is and what it uses', () => {
  const metrics = new Metrics();
  meterProcess(metrics, { version: '1.2.3', roles: ['webhook', 'controller'], startedAtMs: 1_500 });
  const text = metrics.render();
  expect(text).toContain(
    `sluice_build_info{version="1.2.3",node="${process.versions.node}",roles="webhook,controller"} 1\n`,
  );
  expect(text).toContain('process_start_time_seconds 1.5\n');
  expect(metrics.value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  expect(metrics.value('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(metrics.value('nodejs_eventloop_lag_max_seconds')).toBeGreaterThanOrEqual(0);
});
