import fc from 'fast-check';
import { expect, test } from 'vitest';
import { containerSecurity } from './container-security.ts';

test('in an ordinary namespace nothing is taken from an image that runs as root', () => {
  expect(containerSecurity(undefined, false)).toEqual({ allowPrivilegeEscalation: false });
});

test('where Pod Security "restricted" is enforced, all that it asks for is filled in', () => {
  expect(containerSecurity(undefined, true)).toEqual({
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
  });
});

test('what the user wrote stays as it is', () => {
  const given = fc.record(
    {
      allowPrivilegeEscalation: fc.boolean(),
      privileged: fc.boolean(),
      runAsNonRoot: fc.boolean(),
      runAsUser: fc.nat(),
      capabilities: fc.record(
        {
          add: fc.array(fc.constantFrom('NET_ADMIN', 'SYS_ADMIN')),
          drop: fc.array(fc.constantFrom('ALL', 'CHOWN')),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(given, fc.boolean(), (context, restricted) => {
      expect(containerSecurity(context, restricted)).toMatchObject(context);
    }),
  );
});

test.each([
  { privileged: true },
  { capabilities: { add: ['SYS_ADMIN'] } },
  { capabilities: { add: ['CAP_SYS_ADMIN'] } },
])('beside %j, which the API server would refuse, escalation is not forbidden', (context) => {
  expect(containerSecurity(context, false)).toEqual(context);
});
