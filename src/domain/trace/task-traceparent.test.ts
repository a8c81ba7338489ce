import { expect, test } from 'vitest';
import { keptnTask } from '../../../test/builders/task-objects.ts';
import { taskTraceparent } from './task-traceparent.ts';
import { checkSpanId } from './version-trace.ts';

const trace = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${trace}-b7ad6b7169203331-01`;
const context = { metadata: { traceparent } };
const owner = {
  apiVersion: 'lifecycle.keptn.sh/v1',
  kind: 'KeptnAppVersion',
  name: 'shop',
  uid: 'u1',
  controller: true,
};

test('the task of a version is a span of its own in the trace of its phase', () => {
  const task = keptnTask({ metadata: { name: 'pre-a', ownerReferences: [owner] }, spec: { context } });
  expect(taskTraceparent(task)).toBe(`00-${trace}-${checkSpanId('u1', 'pre-a')}-01`);
});

test('a task by hand hands on what its user gave it', () => {
  expect(taskTraceparent(keptnTask({ metadata: { ownerReferences: [] }, spec: { context } }))).toBe(
    traceparent,
  );
});

test.each([{}, { metadata: {} }, { metadata: { traceparent: 'garbage' } }])('%j is no trace', (given) => {
  expect(taskTraceparent(keptnTask({ spec: { context: given } }))).toBeUndefined();
});
