import fc from 'fast-check';
import { expect, test } from 'vitest';
import { containsWorkload, memberName, memberOf } from './app-match.ts';
import { appName, workloadName, workloadVersionName } from './names.ts';

const anyText = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.stringMatching(/^[a-zA-Z0-9._-]{1,300}$/),
  fc.string({ minLength: 150, maxLength: 300, unit: fc.constantFrom('a', 'b', '-', '.', '_') }),
);

test('an app that lists what discovery found contains it, however long or strange the names are', () => {
  fc.assert(
    fc.property(anyText, anyText, anyText, (rawApp, rawWorkload, rawVersion) => {
      const app = appName(rawApp);
      const workload = workloadName(rawApp, rawWorkload);
      const version = rawVersion.toLowerCase();
      const member = { name: memberOf(app, workload), version };
      expect(
        containsWorkload({ appName: app, workloads: [member] }, { workloadName: workload, version }),
      ).toBe(true);
      expect(memberName(app, member)).toBe(workloadVersionName(workload, version));
    }),
    { numRuns: 1000 },
  );
});

test('an app that lists what a user wrote on pods contains it too', () => {
  fc.assert(
    fc.property(anyText, anyText, anyText, (rawApp, rawWorkload, rawVersion) => {
      const app = appName(rawApp);
      const member = { name: rawWorkload, version: rawVersion };
      const pods = { workloadName: workloadName(rawApp, rawWorkload), version: rawVersion.toLowerCase() };
      expect(containsWorkload({ appName: app, workloads: [member] }, pods)).toBe(true);
      expect(memberName(app, member)).toBe(workloadVersionName(pods.workloadName, pods.version));
    }),
    { numRuns: 1000 },
  );
});

// Keptn compared a hand-written list with normalized names letter by letter, and waited for ever.
test.each([
  ['cart', '1.0.0-RC1', true],
  ['Cart', '1.0.0-rc1', true],
  ['cart', '1.0.0', false],
  ['basket', '1.0.0-rc1', false],
  ['shop-cart', '1.0.0-rc1', false],
])('workload "%s" of version "%s" is listed: %s', (name, version, expected) => {
  const app = { appName: 'shop', workloads: [{ name, version }] };
  expect(containsWorkload(app, { workloadName: 'shop-cart', version: '1.0.0-rc1' })).toBe(expected);
});

test('an app without workloads contains none', () => {
  expect(containsWorkload({ appName: 'shop' }, { workloadName: 'shop-cart', version: '1' })).toBe(false);
});

test('two apps of one workload name do not mix', () => {
  expect(memberName('a', { name: 'b-c', version: '1' })).not.toBe(
    memberName('a-x', { name: 'b-c', version: '1' }),
  );
});
