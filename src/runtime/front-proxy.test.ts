import { expect, test } from 'vitest';
import { readFrontProxy } from './front-proxy.ts';

const data = {
  'client-ca-file': 'CLIENT PEM',
  'requestheader-allowed-names': '["front-proxy"]',
  'requestheader-client-ca-file': 'PEM',
  'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
  'requestheader-group-headers': '["X-Remote-Group"]',
  'requestheader-username-headers': '["X-Remote-User"]',
};

test('the lists in its texts are read; the headers of uids are younger than the others', () => {
  expect(readFrontProxy(data)).toEqual({
    ok: true,
    value: {
      clientCa: 'PEM',
      allowedNames: ['front-proxy'],
      usernameHeaders: ['X-Remote-User'],
      uidHeaders: [],
      groupHeaders: ['X-Remote-Group'],
      extraPrefixes: ['X-Remote-Extra-'],
    },
  });
});

test('without an authority there is no front proxy', () => {
  expect(readFrontProxy({})).toEqual({ ok: true, value: undefined });
  expect(readFrontProxy({ ...data, 'requestheader-client-ca-file': ' ' })).toEqual({
    ok: true,
    value: undefined,
  });
});

test('a list that is none is named', () => {
  const read = readFrontProxy({ ...data, 'requestheader-allowed-names': 'front-proxy' });
  expect(read.ok ? '' : read.error.message).toContain('requestheader-allowed-names');
});
