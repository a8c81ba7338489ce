import { expect, test } from 'vitest';
import { AnalysisWorld } from '../../../test/builders/analysis-world.ts';
import { plainReader } from '../../../test/builders/plain-reader.ts';
import type { AnyController } from '../../runtime/controller.ts';
import { valueTemplateController } from '../analysis-value-template/controller.ts';
import { analysisDefinitionController } from './controller.ts';

/** What a controller says of an object of the world. */
async function said(one: AnyController, world: AnalysisWorld, name: string): Promise<unknown> {
  const { analysisdefinitions, analysisvaluetemplates, keptnmetricsproviders } = world.objects;
  const cached = {
    analysisdefinitions: Object.values(analysisdefinitions),
    analysisvaluetemplates: Object.values(analysisvaluetemplates),
    keptnmetricsproviders: Object.values(keptnmetricsproviders),
  };
  const decided = await one.evaluate(
    { namespace: 'shop', name },
    plainReader(cached, one.indexes),
    new Date(world.nowMs),
  );
  return decided.ok ? decided.value?.actions[0] : decided.error;
}

const ofDefinition = (world: AnalysisWorld) => said(analysisDefinitionController(), world, 'quality');
const ofTemplate = (world: AnalysisWorld) => said(valueTemplateController(), world, 'errors');

function ready(status: 'True' | 'False', reason: string, ...words: readonly string[]): object {
  const message = expect.stringMatching(words.map((word) => word.replaceAll(/[[\]().]/g, '\\$&')).join('.*'));
  const condition = { type: 'Ready', status, reason, message };
  return { kind: 'applyStatus', object: { status: { conditions: [condition] } } };
}

test('a definition whose templates and providers are there is ready', async () => {
  const world = new AnalysisWorld(['errors', 'latency']);
  expect(await ofDefinition(world)).toMatchObject(ready('True', 'Valid', 'measures 2 objectives'));
});

test('one that lacks a template or a provider, or whose query cannot be read, names it', async () => {
  const world = new AnalysisWorld(['errors', 'latency']);
  world.template('errors', { query: '{{.x' });
  expect(await ofDefinition(world)).toMatchObject(
    ready('False', 'InvalidQuery', 'AnalysisValueTemplate "errors", line 1, column 1'),
  );
  world.remove('keptnmetricsproviders', 'prometheus');
  expect(await ofDefinition(world)).toMatchObject(
    ready('False', 'MissingProvider', '"prometheus" of AnalysisValueTemplate "latency"', '"shop"'),
  );
  world.remove('analysisvaluetemplates', 'latency');
  expect(await ofDefinition(world)).toMatchObject(
    ready('False', 'MissingTemplate', '"latency" does not exist in namespace "shop"', 'spec.objectives[1]'),
  );
});

test('one whose warning has no effect, or that can never pass, says so and is used', async () => {
  const world = new AnalysisWorld();
  const define = (objectives: readonly object[]): void => {
    world.put('analysisdefinitions', 'quality', {
      objectives,
      totalScore: { passPercentage: 90, warningPercentage: 75 },
    });
  };
  const analysisValueTemplateRef = { name: 'errors' };
  const target = {
    failure: { greaterThan: { fixedValue: 5 } },
    warning: { greaterThan: { fixedValue: 10 } },
  };
  define([{ analysisValueTemplateRef, target }]);
  expect(await ofDefinition(world)).toMatchObject(
    ready('True', 'Contradiction', 'spec.objectives[0].target.warning has no effect'),
  );
  define([{ analysisValueTemplateRef, weight: 0 }]);
  expect(await ofDefinition(world)).toMatchObject(ready('True', 'Contradiction', 'add up to 0'));
  define([]);
  expect(await ofDefinition(world)).toMatchObject(ready('True', 'Contradiction', 'it has no objectives'));
});

test('a template says whether its query can be read, and of its provider what it can know', async () => {
  const world = new AnalysisWorld();
  expect(await ofTemplate(world)).toMatchObject(ready('True', 'Valid', 'its provider is there'));
  world.remove('keptnmetricsproviders', 'prometheus');
  expect(await ofTemplate(world)).toMatchObject(ready('True', 'Valid', 'beside each AnalysisDefinition'));
  world.template('errors', { provider: { name: 'prometheus', namespace: 'ops' } });
  expect(await ofTemplate(world)).toMatchObject(ready('False', 'MissingProvider', 'in namespace "ops"'));
  world.template('errors', { query: '{{len .x}}' });
  expect(await ofTemplate(world)).toMatchObject(ready('False', 'InvalidQuery', '"len" is no function'));
});
