import { randomBytes } from 'node:crypto';

/** A number in [0, 1), for jitter; passed in so that tests can fix it. */
export type RandomFraction = () => number;

/** The process's source of jitter. Not for secrets. */
export const randomFraction: RandomFraction = () => Math.random();

/** A name for this process among its replicas: `<base>_<8 hex digits>`, new at every start. */
export function processIdentity(base: string): string {
  return `${base}_${randomBytes(4).toString('hex')}`;
}

/** True for a name that `processIdentity` gives of that base. Pure. */
export function isIdentityOf(base: string, identity: string): boolean {
  return identity.startsWith(`${base}_`) && /^[0-9a-f]{8}$/.test(identity.slice(base.length + 1));
}
