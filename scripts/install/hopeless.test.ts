import { expect, test } from 'vitest';
import { whyHopeless } from './hopeless.ts';

const pod = (reason: string, restartCount = 0, metadata: object = {}) => ({
  metadata: { name: 'p', annotations: { 'sluice/build': 'b' }, ...metadata },
  status: { containerStatuses: [{ restartCount, state: { waiting: { reason, message: 'm' } } }] },
});

test('an image that is not there, and a process that keeps ending', () => {
  expect(whyHopeless(pod('ErrImagePull'), 'b')).toBe('pod p: ErrImagePull: m');
  expect(whyHopeless(pod('CrashLoopBackOff', 3), 'b')).toBe('pod p ended 3 times right after its start');
});

test.each([
  ['starting', pod('ContainerCreating')],
  ['of an earlier build', pod('ErrImagePull', 0, { annotations: { 'sluice/build': 'a' } })],
  ['one early end', pod('CrashLoopBackOff', 1)],
  ['going away', pod('ErrImagePull', 0, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
  [
    'running',
    { metadata: { name: 'p' }, status: { containerStatuses: [{ restartCount: 9, state: { running: {} } }] } },
  ],
  ['no status yet', { metadata: { name: 'p' }, status: {} }],
  ['not a pod', 'x'],
])('%s is not hopeless', (_, object) => {
  expect(whyHopeless(object, 'b')).toBeUndefined();
});
