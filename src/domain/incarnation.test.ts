import { expect, test } from 'vitest';
import { isOfFormer } from './incarnation.ts';

const owner = { metadata: { name: 'shop', uid: 'now' } };
const reference = { apiVersion: 'v1', kind: 'KeptnApp', name: 'shop', uid: 'now', controller: true };

test.each([
  ['no object', undefined, false],
  ['no owner', [], false],
  ['the owner itself', [reference], false],
  ['an earlier owner of that name', [{ ...reference, uid: 'before' }], true],
  ['an earlier owner that does not control it', [{ ...reference, uid: 'before', controller: false }], false],
])('%s: of a former incarnation %s', (_what, ownerReferences, expected) => {
  const object = ownerReferences === undefined ? undefined : { metadata: { name: 'x', ownerReferences } };
  expect(isOfFormer(owner, object)).toBe(expected);
});
