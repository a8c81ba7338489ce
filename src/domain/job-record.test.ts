import fc from 'fast-check';
import { expect, test } from 'vitest';
import { job } from '../../test/builders/task-objects.ts';
import { annotations } from '../api/constants.ts';
import { type JobRecord, recordAnnotation, recordOf } from './job-record.ts';

const anyRecord: fc.Arbitrary<JobRecord> = fc.record(
  {
    definitions: fc.array(
      fc.record(
        { namespace: fc.string(), name: fc.string(), generation: fc.nat() },
        { requiredKeys: ['namespace', 'name'] },
      ),
    ),
    steps: fc.array(fc.string()),
    ttlSecondsAfterFinished: fc.nat(),
  },
  { requiredKeys: ['definitions', 'steps'] },
);

test('what is recorded on a Job is read back from it', () => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      expect(recordOf(job({ metadata: { annotations: recordAnnotation(record) } }))).toEqual(record);
    }),
  );
});

test.each(['', '{', 'null', '[]', '{"steps":1}', '"x"'])('%s is no record', (text) => {
  expect(recordOf(job({ metadata: { annotations: { [annotations.jobRecord]: text } } }))).toBeUndefined();
});

test('a Job without one, such as one of Keptn, has no record', () => {
  expect(recordOf(job())).toBeUndefined();
  expect(recordOf(undefined)).toBeUndefined();
});
