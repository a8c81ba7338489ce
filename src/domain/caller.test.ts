import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asAuthenticated, type FrontProxy, readClaim } from './caller.ts';

const proxy: FrontProxy = {
  clientCa: 'PEM',
  allowedNames: ['front-proxy'],
  usernameHeaders: ['X-Remote-User'],
  uidHeaders: ['X-Remote-Uid'],
  groupHeaders: ['X-Remote-Group'],
  extraPrefixes: ['X-Remote-Extra-'],
};
const peer = { commonName: 'front-proxy' };
const headers = {
  'x-remote-user': ['ann'],
  'x-remote-uid': ['7'],
  'x-remote-group': ['dev', 'system:authenticated'],
  'x-remote-extra-example.org%2fscope': ['read', 'write'],
};

test('the front proxy introduces a user with groups and extra', () => {
  expect(readClaim(headers, peer, proxy)).toEqual({
    kind: 'user',
    user: {
      name: 'ann',
      uid: '7',
      groups: ['dev', 'system:authenticated'],
      extra: { 'example.org/scope': ['read', 'write'] },
    },
  });
});

test.each([
  ['without a verified certificate', undefined, proxy],
  ['with a certificate of another name', { commonName: 'kubelet' }, proxy],
  ['while no front proxy is known', peer, undefined],
])('%s its headers count for nothing', (_, from, known) => {
  expect(readClaim(headers, from, known).kind).toBe('nobody');
  const token = { ...headers, authorization: ['Bearer t'] };
  expect(readClaim(token, from, known)).toEqual({ kind: 'token', token: 't' });
});

test('without a list of names any certificate of the authority will do', () => {
  const anyName = { ...proxy, allowedNames: [] };
  expect(readClaim(headers, { commonName: 'x' }, anyName).kind).toBe('user');
});

test('a front proxy that names no user falls back to the token', () => {
  expect(readClaim({ authorization: ['bearer t'] }, peer, proxy)).toEqual({ kind: 'token', token: 't' });
  expect(readClaim({ 'x-remote-user': [''] }, peer, proxy).kind).toBe('nobody');
});

test.each([[['Basic YTpi']], [['Bearer']], [['']], [[]], [['Bearer  ']]])(
  '%j is no token',
  (authorization) => {
    expect(readClaim({ authorization }, undefined, proxy).kind).toBe('nobody');
  },
);

test('everybody but the anonymous is authenticated', () => {
  const user = { name: 'ann', groups: ['dev'], extra: {} };
  expect(asAuthenticated(user).groups).toEqual(['dev', 'system:authenticated']);
  const anonymous = { name: 'system:anonymous', groups: ['system:unauthenticated'], extra: {} };
  expect(asAuthenticated(anonymous)).toEqual(anonymous);
});

test('no headers make anybody a user without the certificate', () => {
  const values = fc.array(fc.string(), { maxLength: 2 });
  const anyHeaders = fc.dictionary(
    fc.constantFrom('x-remote-user', 'x-remote-group', 'authorization', 'x-remote-extra-%'),
    values,
  );
  fc.assert(
    fc.property(anyHeaders, (given) => {
      expect(readClaim(given, undefined, proxy).kind).not.toBe('user');
      readClaim(given, peer, proxy);
    }),
  );
});
