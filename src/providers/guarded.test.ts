import { describe, expect, test } from 'vitest';
import { connected, fetchOf } from '../../test/builders/fetching.ts';
import { aProvider } from '../../test/builders/provider-objects.ts';
import { scriptedHttp } from '../../test/builders/scripted-http.ts';
import { failure } from '../kernel/errors.ts';
import { err, ok } from '../kernel/result.ts';
import { guarded } from './guarded.ts';
import type { Connected, Driver } from './provider.ts';

const secret = {
  token: 'abcdefgh\n',
  user: 'reader',
  password: 'p+ss/word',
  json: '{"inner":["deep-secret"]}',
  short: 'x',
};
const provider = aProvider({ spec: { targetServer: 'http://me:in-address@localhost' } });

function driverOf(fetch: Connected['fetch']): Driver {
  return { connect: () => ok({ fetch }) };
}

const fetchWith = (fetch: Connected['fetch']) =>
  fetchOf(connected(guarded(driverOf(fetch)), { secret, provider }));

describe('what a Secret holds', () => {
  const told = `abcdefgh p+ss/word ${encodeURIComponent('p+ss/word')} ${btoa('reader:p+ss/word')} ${btoa('abcdefgh')} deep-secret in-address reader x`;
  const left = '*** *** *** *** *** *** *** reader x';

  test('is in no error', async () => {
    const result = await fetchWith(() => Promise.resolve(err(failure('forbidden', told, 7))));
    expect(result).toEqual({ ok: false, error: { tag: 'forbidden', message: left, retryAfterSeconds: 7 } });
  });

  test('is in no raw answer and no note; samples stay as they are', async () => {
    const result = await fetchWith(() =>
      Promise.resolve(ok({ samples: ['1'] as const, raw: told, note: told })),
    );
    expect(result).toEqual({ ok: true, value: { samples: ['1'], raw: left, note: left } });
  });

  test('is in no error of connecting', () => {
    const driver: Driver = { connect: () => err(failure('malformed', told)) };
    const { http } = scriptedHttp(() => '');
    const result = guarded(driver).connect({ provider, secret, http, pause: () => Promise.resolve() });
    expect(result).toMatchObject({ error: { message: left } });
  });
});

describe('what a driver throws', () => {
  const bug = { ok: false, error: { tag: 'internal', message: expect.stringContaining('TypeError no ***') } };

  test('is an error of the fetch', async () => {
    expect(await fetchWith(() => Promise.reject(new TypeError('no abcdefgh')))).toMatchObject(bug);
    expect(
      await fetchWith(() => {
        throw new TypeError('no abcdefgh');
      }),
    ).toMatchObject(bug);
  });

  test('is an error of connecting', () => {
    const driver: Driver = {
      connect: () => {
        throw new TypeError('no abcdefgh');
      },
    };
    const { http } = scriptedHttp(() => '');
    expect(guarded(driver).connect({ provider, secret, http, pause: () => Promise.resolve() })).toMatchObject(
      bug,
    );
  });
});
