import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from '../api/schema.ts';
import { acceptAnswer, boundedRaw, readAnswer, readJson, readShape } from './answer.ts';
import type { HttpAnswer } from './http.ts';

const host = 'backend:9090';

function answer(status: number, text: string, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers, text };
}

describe('a status', () => {
  test.each([200, 201, 202, 204, 299])('%i is accepted', (status) => {
    expect(acceptAnswer(host, answer(status, ''))).toMatchObject({ ok: true });
  });

  test.each([
    [400, 'malformed'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'malformed'],
    [422, 'malformed'],
    [429, 'too-many-requests'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [0, 'malformed'],
  ])('MQ-6: %i is the error %s, which names host and status', (status, tag) => {
    const result = acceptAnswer(host, answer(status, ''));
    expect(result).toMatchObject({
      error: { tag, message: expect.stringContaining(`backend:9090 answered ${status}`) },
    });
  });

  test.each([
    [
      'Prometheus',
      '{"status":"error","errorType":"bad_data","error":"parse error"}',
      ': bad_data: parse error',
    ],
    ['Dynatrace', '{"error":{"code":400,"message":"unknown metric"}}', ': unknown metric'],
    [
      'Elasticsearch',
      '{"error":{"type":"security_exception","reason":"no"},"status":401}',
      ': security_exception: no',
    ],
    ['OAuth', '{"error":"invalid_client","error_description":"bad"}', ': invalid_client bad'],
    ['Datadog', '{"errors":["Forbidden","again"]}', ': Forbidden; again'],
    ['others', '{"message":"no"}', ': no'],
    ['no JSON', 'plain\n  words', ': plain words'],
    ['a web page', '<!DOCTYPE html><p>secret</p>', ' with a web page'],
  ])('carries the complaint as %s writes it', (_, body, complaint) => {
    const result = acceptAnswer(host, answer(500, body));
    expect(result).toMatchObject({ error: { message: `backend:9090 answered 500${complaint}` } });
  });

  test('carries a complaint on one line, cut and without credentials in addresses', () => {
    const body = `see https://user:password@other/x\u0007\n${'x'.repeat(1_000)}`;
    const result = acceptAnswer(host, answer(500, body));
    const message = result.ok ? '' : result.error.message;
    expect(message.length).toBeLessThan(340);
    expect(message).toContain('see https://other/x xxx');
  });

  test.each([
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': 'Sat, 01 Aug 2026 10:00:30 GMT', date: 'Sat, 01 Aug 2026 10:00:00 GMT' }, 30],
    [{ 'retry-after': 'Sat, 01 Aug 2026 10:00:30 GMT' }, undefined],
    [{ 'retry-after': '-7' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('of 429 says when to come back: %j', (headers, seconds) => {
    const result = acceptAnswer(host, answer(429, '', headers));
    expect(result.ok ? 0 : result.error.retryAfterSeconds).toBe(seconds);
  });

  test.each([
    ['https://sso.example/login?token=hidden#x', 'to https://sso.example/login,'],
    ['/login?token=hidden', 'to /login,'],
    ['https://user:hidden@sso.example/', 'to https://sso.example/,'],
    [undefined, 'elsewhere,'],
  ])('that redirects to %s names the place and nothing secret', (location, place) => {
    const result = acceptAnswer(host, answer(302, '', location === undefined ? {} : { location }));
    const message = result.ok ? '' : result.error.message;
    expect(message).toContain(place);
    expect(message).toContain('set spec.targetServer to the address that answers itself');
    expect(message).not.toContain('hidden');
  });
});

describe('a body', () => {
  test.each([
    ['<html>', {}, 'a web page in place of JSON; is spec.targetServer right?'],
    ['welcome', { 'content-type': 'text/html; charset=utf-8' }, 'a web page in place of JSON'],
    ['', {}, 'nothing at all'],
    ['{"status":"succ', {}, 'what is not JSON: "{"status":"succ"; is spec.targetServer right?'],
  ])('%j is called what it is', (text, headers, message) => {
    const result = readJson(host, answer(200, text, headers));
    expect(result).toMatchObject({ error: { tag: 'malformed', message: expect.stringContaining(message) } });
  });

  test('keeps every digit of whole numbers, and is plain JSON otherwise', () => {
    const text =
      '{"a":12345678901234567890,"b":-9007199254740993,"c":0.30000000000000004,"d":1e22,"e":"12345678901234567890"}';
    expect(readJson(host, answer(200, text))).toEqual({
      ok: true,
      value: {
        a: 12345678901234567890n,
        b: -9007199254740993n,
        c: 0.30000000000000004,
        d: 1e22,
        e: '12345678901234567890',
      },
    });
    fc.assert(
      fc.property(fc.json(), (json) => {
        const result = readJson(host, answer(200, json));
        const back =
          result.ok &&
          JSON.stringify(result.value, (_k, v: unknown) => (typeof v === 'bigint' ? Number(v) : v));
        expect(back).toEqual(JSON.stringify(JSON.parse(json)));
      }),
    );
  });

  test('of any kind with any status is an answer or an error of one short line', () => {
    const body = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant('<html>'));
    const headers = fc.dictionary(
      fc.constantFrom('retry-after', 'location', 'date', 'content-type'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 700 }), body, headers, (status, text, given) => {
        const result = readAnswer(host, answer(status, text, given));
        if (result.ok) return;
        expect(result.error.message).not.toMatch(/\p{Cc}/u);
        expect(result.error.message.length).toBeLessThan(600);
      }),
    );
  });

  test('of another shape says where it differs', () => {
    expect(readShape(host, z.object({ data: z.string() }), { data: 1 })).toMatchObject({
      error: { tag: 'malformed', message: expect.stringMatching(/another shape than this API has: data: /) },
    });
  });

  test('is cut for people', () => {
    expect(boundedRaw('x'.repeat(70_000))).toHaveLength(65_536);
    expect(boundedRaw('x')).toBe('x');
  });
});
