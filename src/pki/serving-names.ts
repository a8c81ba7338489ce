import { isIP } from 'node:net';
import type { ServingNames } from './x509.ts';

/** The names that callers reach the webhook by: its Service, this machine, and the host of a URL where one is given. Pure. */
export function servingNames(service: string, host?: string): ServingNames {
  const bare = host?.replace(/^\[|\]$/g, '') ?? '';
  const isAddress = isIP(bare) !== 0;
  return {
    dnsNames: [service, `${service}.cluster.local`, ...(bare === '' || isAddress ? [] : [bare])],
    ipAddresses: isAddress ? [bare] : [],
  };
}
