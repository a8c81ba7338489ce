import { existsSync } from 'node:fs';
import { missingPackage } from '../cluster/binaries.ts';
import type { TarEntry } from './tar.ts';

const bundle = '/etc/ssl/certs/ca-certificates.crt';

/** The user that all our images run as. */
export const imageUser = '65532:65532';

/** What each image has: the user's entry, a temporary folder, the certificates of public authorities. */
export function baseEntries(): TarEntry[] {
  if (!existsSync(bundle)) throw missingPackage('ca-certificates', 'images carry its certificates');
  const text = (at: string, content: string): TarEntry => ({
    path: at,
    mode: 0o644,
    body: { kind: 'text', text: content },
  });
  return [
    text(
      'etc/passwd',
      'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n',
    ),
    text('etc/group', 'root:x:0:\nnonroot:x:65532:\n'),
    text('etc/nsswitch.conf', 'hosts: files dns\n'),
    { path: 'tmp', mode: 0o1777, body: { kind: 'folder' } },
    { path: bundle.slice(1), mode: 0o644, body: { kind: 'file', source: bundle } },
  ];
}
