import type { ServingNames } from './x509.ts';

/** The names that callers reach the webhook by: its Service, this machine, and the host of a URL where one is given. Pure. */
export function servingNames(service: string, host?: string): ServingNames {
  const bare = host?.replace(/^\[|\]$/g, '') ?? '';
  // A host name of a URL is an address when it is all digits and dots, or has a colon.
  const isAddress = /^[0-9.]+$/.test(bare) || bare.includes(':');
  return {
    dnsNames: [service, `${service}.cluster.local`, ...(bare === '' || isAddress ? [] : [bare])],
    ipAddresses: isAddress ? [bare] : [],
  };
}
