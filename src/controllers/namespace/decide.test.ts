import { expect, test } from 'vitest';
import { namespaceSchema } from '../../api/core/cluster.ts';
import { decideNamespace } from './decide.ts';

const key = 'keptn.sh/lifecycle-toolkit';

test.each([
  ['enabled', undefined, true],
  ['enabled', 'enabled', false],
  // The user's word, whatever it is.
  ['enabled', 'disabled', false],
  ['true', undefined, false],
  [undefined, undefined, false],
  [undefined, 'enabled', false],
])('annotation %s and label %s: labelled %s', (annotation, label, expected) => {
  const metadata = {
    name: 'shop',
    ...(annotation === undefined ? {} : { annotations: { [key]: annotation } }),
    labels: { other: 'x', ...(label === undefined ? {} : { [key]: label }) },
  };
  const { actions, outcome } = decideNamespace(namespaceSchema.parse({ metadata }));
  expect(outcome).toEqual({ kind: 'done' });
  if (!expected) expect(actions).toEqual([]);
  else {
    expect(actions.map(({ kind }) => kind)).toEqual(['apply', 'emitEvent']);
    // Only our label: those of others are not ours to apply.
    expect(actions[0]).toMatchObject({
      object: { metadata: { name: 'shop', labels: { [key]: 'enabled' } } },
    });
    expect(JSON.stringify(actions[0])).not.toContain('other');
  }
});
