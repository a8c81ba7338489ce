import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Reading } from '../../src/domain/metric-source.ts';
import type { SluiceError } from '../../src/kernel/errors.ts';
import type { Result } from '../../src/kernel/result.ts';
import { drivers } from '../../src/providers/drivers.ts';
import { openHttpClient } from '../../src/providers/http.ts';
import type { ProviderQuery } from '../../src/providers/provider.ts';
import { makeCertificates } from '../builders/certificates.ts';
import { said } from '../builders/fetching.ts';
import { aProvider } from '../builders/provider-objects.ts';
import {
  type MeasuredThing,
  type RealPrometheus,
  startMeasuredThing,
  startPrometheus,
} from './real-prometheus.ts';

interface Reach {
  readonly url: string;
  readonly secret?: Readonly<Record<string, string>>;
  readonly caPem?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** One fetch as the scheduler does it: the driver of the table, a client of its own. */
async function ask(
  { url, secret, caPem, spec }: Reach,
  text: string,
  rest: Partial<ProviderQuery> = {},
): Promise<Result<Reading, SluiceError>> {
  const secretKeyRef = secret && { secretKeyRef: { name: 'prometheus', key: 'token' } };
  const provider = aProvider({ spec: { targetServer: url, ...secretKeyRef, ...spec } });
  const http = openHttpClient({ provider, ...(caPem !== undefined && { caPem }) });
  if (!http.ok) throw new Error(http.error.message);
  try {
    const connected = drivers.prometheus?.connect({
      provider,
      secret,
      http: http.value,
      pause: () => Promise.resolve(),
    });
    if (!connected?.ok) throw new Error(connected?.error.message);
    const query = { text, at: new Date(), purpose: 'metric' as const, ...rest };
    return await connected.value.fetch(query, AbortSignal.timeout(20_000));
  } finally {
    http.value.close();
  }
}

const usual = {
  shop_temperature: '21.5',
  shop_tiny: '1.2e-7',
  shop_large: '123456789012',
  shop_errors_total: '0',
  shop_requests_total: '0',
  shop_infinite: '+Inf',
  'shop_queue{pod="a"}': '3',
  'shop_queue{pod="b"}': '5',
};

let thing: MeasuredThing;
let prometheus: RealPrometheus;
beforeAll(async () => {
  thing = await startMeasuredThing(usual);
  prometheus = await startPrometheus({ targets: [thing.target] });
  await untilItIs('shop_temperature', '21.5');
  // Itself it scrapes at another moment.
  await untilItIs('count(up == 1)', '2');
});
afterAll(async () => {
  await prometheus?.stop();
  await thing?.stop();
});

const here = (text: string, rest: Partial<ProviderQuery> = {}) => ask(prometheus, text, rest);

/** Waits until Prometheus has scraped it, and gives the moment. */
async function untilItIs(query: string, value: string): Promise<Date> {
  return vi.waitFor(
    async () => {
      const at = new Date();
      expect(said(await here(query, { at }))).toBe(value);
      return at;
    },
    { timeout: 20_000, interval: 50 },
  );
}

describe('one value', () => {
  test.each([
    ['shop_temperature', '21.5'],
    ['shop_tiny', '0.00000012'],
    ['shop_large', '123456789012'],
    ['sum(shop_queue)', '8'],
    ['max(shop_queue)', '5'],
    ['quantile(0.5, shop_queue)', '4'],
    ['shop_queue{pod="a"}', '3'],
    ['shop_temperature{missing=""} + 0.1', '21.6'],
    ['count(up == 1)', '2'],
    ['1 + 1', '2'],
    ['scalar(shop_temperature)', '21.5'],
    ['shop_infinite', '+Inf'],
    ['-shop_infinite', '-Inf'],
    ['shop_errors_total / shop_requests_total', 'NaN'],
    ['avg_over_time(shop_temperature[1m])', '21.5'],
  ])('%s is %s', async (query, value) => {
    expect(said(await here(query))).toBe(value);
  });

  test.each([
    [
      'shop_queue',
      /^malformed: too many values in query result: 2 series that differ by pod; make them one with sum/,
    ],
    ['no_such_metric', /^not-found: no values in query result: no series matches/],
    ['shop_temperature[1m]', /^malformed: could not cast result: .*avg_over_time/],
    ['"words"', /^malformed: could not cast result: .*string/],
    ['sum(shop_queue', /^malformed: localhost:\d+ answered 400: bad_data: .*parse error/],
    ['no_such_function(up)', /^malformed: localhost:\d+ answered 400: bad_data: .*unknown function/],
    ['label_replace(shop_queue, "pod", "", "", "")', /^malformed: localhost:\d+ answered 422: execution: /],
    ['', /^malformed: localhost:\d+ answered 400: bad_data: /],
  ])('%s is an error that says what to do', async (query, message) => {
    expect(said(await here(query))).toMatch(message);
  });

  test('MQ-3: of a window is the one at its end', async () => {
    const before = { ...usual, shop_changing: '1' };
    thing.show(before);
    const then = await untilItIs('shop_changing', '1');
    thing.show({ ...before, shop_changing: '2' });
    const now = await untilItIs('shop_changing', '2');
    const from = new Date(then.getTime() - 60_000);
    for (const purpose of ['metric', 'analysis'] as const) {
      const atTheEnd = 'evaluated at the end of the window';
      const past = await here('shop_changing', { purpose, window: { from, to: then } });
      expect(said(past)).toBe(`1 (${atTheEnd})`);
      const whole = await here('shop_changing', { purpose, window: { from, to: now } });
      expect(said(whole)).toBe(`2 (${atTheEnd})`);
    }
  });
});

describe('samples', () => {
  const lastSeconds = (seconds: number) => {
    const to = new Date();
    return { from: new Date(to.getTime() - seconds * 1_000), to };
  };

  test('are those of every series of the window', async () => {
    const window = lastSeconds(1);
    const result = await here('last_over_time(shop_queue[1m])', { window, stepMs: 500 });
    const samples: readonly string[] = result.ok ? result.value.samples : [];
    const [first, last] = [samples.lastIndexOf('3'), samples.indexOf('5')];
    expect(samples.length).toBeGreaterThanOrEqual(2);
    expect(new Set(samples)).toEqual(new Set(['3', '5']));
    // One series after the other.
    expect(first).toBeLessThan(last);
    expect(JSON.parse(result.ok ? result.value.raw : '')).toEqual(samples);
  });

  test('are numbers for a metric of Prometheus itself', async () => {
    const query = 'sum(prometheus_http_requests_total)';
    const result = await here(query, { window: lastSeconds(5), stepMs: 1_000 });
    for (const sample of result.ok ? result.value.samples : ['none']) expect(sample).toMatch(/^\d+$/);
  });

  test.each([
    ['no_such_metric', 60, 1_000, /^not-found: no values in query result: no series has a sample/],
    ['up', 3_600, 1, /^malformed: localhost:\d+ answered 400: bad_data: .*exceeded maximum resolution/],
    ['up[1m]', 60, 1_000, /^malformed: localhost:\d+ answered 400: bad_data: /],
  ])('of %s over %i s every %i ms are an error', async (query, seconds, stepMs, message) => {
    expect(said(await here(query, { window: lastSeconds(seconds), stepMs }))).toMatch(message);
  });
});

test('a password is asked for, and certificates are verified', async () => {
  const { valid, caPem } = await makeCertificates();
  // The password "test": the example of https://prometheus.io/docs/guides/basic-auth/
  const users = { reader: '$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay' };
  const guarded = await startPrometheus({ targets: [], tls: valid, users });
  try {
    const { url } = guarded;
    const secret = { user: 'reader', password: 'test\n' };
    expect(said(await ask({ url, secret, caPem }, '1'))).toBe('1');
    expect(said(await ask({ url, secret, spec: { insecureSkipTlsVerify: true } }, '1'))).toBe('1');
    expect(said(await ask({ url, secret }, '1'))).toMatch(
      /^unavailable: .*name its certificate in spec\.caSecretRef/,
    );
    const wrong = [undefined, { ...secret, password: 'tset' }, { token: 'abcdef' }];
    for (const other of wrong) {
      const reach = { url, caPem, ...(other && { secret: other }) };
      expect(said(await ask(reach, '1'))).toMatch(/^unauthorized: localhost:\d+ answered 401/);
    }
  } finally {
    await guarded.stop();
  }
});
