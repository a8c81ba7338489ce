import { expect, test } from 'vitest';
import { keptnAppContextSchema } from '../../api/lifecycle/v1/keptn-app-context.ts';
import type { SettingFinding } from '../../domain/enforcement.ts';
import { decideAppContext } from './decide.ts';

/** The conditions that context "b" gets. */
function decided(
  annotations: Readonly<Record<string, string>>,
  defaultName?: string,
  findings: readonly SettingFinding[] = [],
): unknown {
  const context = keptnAppContextSchema.parse({ metadata: { name: 'b', annotations } });
  const now = new Date('2026-01-01T00:00:00Z');
  const [action] = decideAppContext({ context, defaultName, findings, now }).actions;
  return action?.kind === 'applyStatus' ? action.object['status'] : undefined;
}

test.each([
  [{}, undefined, 'True', 'counts for versions of app "b" that are seen from now on'],
  [{}, 'a', 'True', 'counts for versions of app "b" that are seen from now on'],
  [
    { 'keptn.sh/default-context': 'true' },
    'b',
    'True',
    'counts for versions of app "b" that are seen from now on, and where another app of the namespace leaves a field out',
  ],
  [
    { 'keptn.sh/default-context': 'true' },
    'a',
    'False',
    'is not the default of the namespace: of several contexts annotated keptn.sh/default-context the first by name counts, which is "a"; remove the annotation from one of them',
  ],
  [
    { 'keptn.sh/default-context': 'yes' },
    undefined,
    'False',
    'keptn.sh/default-context: "yes" has no effect; write "true" to make this the default of the namespace',
  ],
])('a context annotated %j where the default is %s: Ready %s', (annotations, name, status, message) => {
  expect(decided(annotations, name)).toMatchObject({ conditions: [{ type: 'Ready', status, message }] });
});

test('a setting that does not count is said, with its reason', () => {
  const carrier = { kind: 'KeptnAppContext', metadata: { name: 'b' } } as const;
  const finding = { carrier, reason: 'InvalidSetting', message: 'keptn.sh/enforcement: "off" is not a mode' };
  expect(decided({}, undefined, [finding])).toMatchObject({
    conditions: [{ type: 'Ready', status: 'False', reason: 'InvalidSetting', message: finding.message }],
  });
});
