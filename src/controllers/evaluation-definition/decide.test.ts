import { expect, test } from 'vitest';
import { keptnMetric, reading } from '../../../test/builders/evaluation-objects.ts';
import { keptnEvaluationDefinition } from '../../../test/builders/task-objects.ts';
import type { MetricReading } from '../../domain/metric-reading.ts';
import { decideEvaluationDefinition } from './decide.ts';

/** What the condition Ready says of a definition with these objectives. */
function said(readings: readonly MetricReading[], isShared = false): unknown {
  const definition = keptnEvaluationDefinition();
  const now = new Date('2026-01-01T00:00:00Z');
  const { actions, outcome } = decideEvaluationDefinition({ definition, readings, isShared, now });
  expect(outcome).toEqual({ kind: 'done' });
  return actions[0];
}

function ready(status: 'True' | 'False', message: string): object {
  const condition = { type: 'Ready', status, message: expect.stringContaining(message) };
  return { kind: 'applyStatus', object: { status: { conditions: [condition] } } };
}

test('a definition whose metrics exist is ready', () => {
  const found = said([reading('errors <1', keptnMetric('5')), reading('errors >0', keptnMetric('5'))]);
  expect(found).toMatchObject(ready('True', 'measures 2 objectives'));
});

test('one whose metric does not exist names it and where it was looked for', () => {
  const found = said([reading('errors <1', undefined)]);
  expect(found).toMatchObject(
    ready('False', 'KeptnMetric "errors" does not exist in namespace "shop" or "sluice-system"'),
  );
});

test('one whose metric cannot be read says why', () => {
  const broken = { ...reading('errors <1', undefined), unreadable: 'spec.query: is missing' };
  expect(said([broken])).toMatchObject(ready('False', 'cannot be read: spec.query: is missing'));
});

test('a shared one lacks only metrics whose namespace it names: others are beside the evaluation', () => {
  expect(said([reading('errors <1', undefined)], true)).toMatchObject(ready('True', '1 objective'));
  expect(said([reading('other/errors <1', undefined)], true)).toMatchObject(ready('False', '"other"'));
});
