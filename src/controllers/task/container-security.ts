import { z } from '../../api/schema.ts';

const readable = z.object({
  privileged: z.boolean().optional().catch(undefined),
  capabilities: z
    .object({ add: z.array(z.string()).optional(), drop: z.array(z.string()).optional() })
    .optional()
    .catch(undefined),
});

type SecurityContext = Readonly<Record<string, unknown>>;

/**
 * The security context of a user's container: as written, and with what the user left out. Everywhere a container may
 * gain no privileges beyond those that it starts with, which takes nothing from an image that runs as root. Only where
 * the namespace enforces Pod Security "restricted", which would refuse the pod otherwise, it must not be root and has
 * no capabilities: an ordinary image that installs packages could not live with that. Pure.
 * Source: Pod Security Standards; the API server refuses allowPrivilegeEscalation: false beside privileged or SYS_ADMIN.
 */
export function containerSecurity(given: SecurityContext = {}, restricted: boolean): SecurityContext {
  const { privileged, capabilities } = readable.parse(given);
  const mayEscalate =
    privileged === true || capabilities?.add?.some((name) => /^(CAP_)?SYS_ADMIN$/.test(name)) === true;
  return {
    ...(mayEscalate ? {} : { allowPrivilegeEscalation: false }),
    ...(restricted ? { runAsNonRoot: true } : {}),
    ...given,
    ...(restricted ? { capabilities: { drop: ['ALL'], ...capabilities } } : {}),
  };
}
