import fc from 'fast-check';
import { expect, test } from 'vitest';
import { overridesValues } from '../api/options/v1alpha1/keptn-config.ts';
import {
  type ClusterSettings,
  type EnforcementMode,
  enforcementModes,
  resolveSettings,
  type SettingsCarrier,
} from './enforcement.ts';

const cluster = (
  mode: EnforcementMode,
  overrides: ClusterSettings['overrides'] = 'Any',
): ClusterSettings => ({
  mode: { value: mode, from: 'the default' },
  observabilityTimeoutMs: { value: 300_000, from: 'the default' },
  overrides,
});

const carrier = (kind: SettingsCarrier['kind'], enforcement?: string, timeout?: string): SettingsCarrier => ({
  kind,
  metadata: {
    name: 'shop',
    annotations: {
      ...(enforcement === undefined ? {} : { 'keptn.sh/enforcement': enforcement }),
      ...(timeout === undefined ? {} : { 'keptn.sh/observability-timeout': timeout }),
    },
  },
});

/** What counts with these annotations on namespace, context and app. */
function modeOf(given: ClusterSettings, ...modes: readonly (string | undefined)[]): string {
  const kinds = ['Namespace', 'KeptnAppContext', 'KeptnApp'] as const;
  const carriers = kinds.map((kind, i) => carrier(kind, modes[i]));
  return resolveSettings(given, carriers).effective.mode.value;
}

test.each([
  ['enforce', [], 'enforce'],
  ['warn', [], 'warn'],
  ['enforce', ['warn'], 'warn'],
  ['enforce', ['warn', 'audit'], 'audit'],
  ['enforce', ['warn', 'audit', 'enforce'], 'enforce'],
  ['warn', [undefined, undefined, 'audit'], 'audit'],
] as const)('the nearest that says something counts: KeptnConfig %s, then %j: %s', (of, modes, expected) => {
  expect(modeOf(cluster(of), ...modes)).toBe(expected);
});

test.each([
  ['Stricter', 'warn', ['enforce'], 'enforce'],
  ['Stricter', 'enforce', ['audit', 'warn'], 'enforce'],
  ['Stricter', 'warn', ['enforce', undefined, 'warn'], 'enforce'],
  ['None', 'warn', ['enforce', 'audit', 'audit'], 'warn'],
  ['None', 'enforce', ['nonsense'], 'enforce'],
] as const)('overrides %s limits what may be set: %s, then %j: %s', (overrides, of, modes, expected) => {
  expect(modeOf(cluster(of, overrides), ...modes)).toBe(expected);
});

test.each(['Enforce', 'off', '', ' warn', 'audit,warn'])(
  'mode "%s", which is none, counts as enforce and is told with what to write',
  (text) => {
    const { effective, findings } = resolveSettings(cluster('warn'), [carrier('Namespace', text)]);
    expect(effective.mode.value).toBe('enforce');
    expect(findings).toMatchObject([{ carrier: { kind: 'Namespace' }, reason: 'InvalidSetting' }]);
    expect(findings[0]?.message).toBe(
      `keptn.sh/enforcement: "${text}" is not a mode and counts as enforce; write enforce, warn or audit`,
    );
  },
);

test.each(['soon', '0garbage', '-5s', 'xx5s', '0', '0s', '5'])(
  'timeout "%s" does not count and is told (Q-9)',
  (text) => {
    const { effective, findings } = resolveSettings(cluster('warn'), [carrier('KeptnApp', undefined, text)]);
    expect(effective.observabilityTimeoutMs).toEqual({ value: 300_000, from: 'the default' });
    expect(findings).toMatchObject([{ carrier: { kind: 'KeptnApp' }, reason: 'InvalidSetting' }]);
  },
);

test('a timeout of an app counts for it and says where it was set', () => {
  const { effective, findings } = resolveSettings(cluster('enforce'), [
    carrier('Namespace', undefined, '10m'),
    carrier('KeptnApp', undefined, '1h30m'),
  ]);
  expect(effective.observabilityTimeoutMs).toEqual({
    value: 5_400_000,
    from: 'keptn.sh/observability-timeout of KeptnApp "shop"',
  });
  expect(findings).toEqual([]);
});

test('where only stricter settings count, a longer timeout has no effect and says what counts', () => {
  const { effective, findings } = resolveSettings(cluster('enforce', 'Stricter'), [
    carrier('Namespace', undefined, '1m'),
    carrier('KeptnApp', undefined, '2m'),
  ]);
  expect(effective.observabilityTimeoutMs.value).toBe(60_000);
  expect(findings[0]?.message).toBe(
    'keptn.sh/observability-timeout: "2m" has no effect: KeptnConfig spec.overrides is Stricter, and keptn.sh/observability-timeout of Namespace "shop" is stricter',
  );
});

const anyMode = fc.constantFrom<EnforcementMode>(...enforcementModes);
const anyText = fc.oneof(anyMode, fc.string(), fc.constant(undefined));
const anyCarriers = fc.array(
  fc
    .tuple(fc.constantFrom('Namespace', 'KeptnAppContext', 'KeptnApp'), anyText, fc.string())
    .map(([kind, mode, timeout]) => carrier(kind, mode, timeout)),
  { maxLength: 3 },
);

test('no annotations make enforcement laxer than the cluster allows, whatever they say', () => {
  fc.assert(
    fc.property(anyMode, fc.constantFrom(...overridesValues), anyCarriers, (mode, overrides, carriers) => {
      const { effective } = resolveSettings(cluster(mode, overrides), carriers);
      const strictness = enforcementModes.indexOf(effective.mode.value);
      if (overrides === 'None') expect(effective.mode.value).toBe(mode);
      if (overrides === 'Stricter') {
        expect(strictness).toBeGreaterThanOrEqual(enforcementModes.indexOf(mode));
        expect(effective.observabilityTimeoutMs.value).toBeLessThanOrEqual(300_000);
      }
    }),
    { numRuns: 1000 },
  );
});
