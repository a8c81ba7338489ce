import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import path from 'node:path';
import type { ClusterPlan } from './plan.ts';

/** Asks the API server as administrator: GET, or POST when there is a body; undefined when it does not answer within 5 s. */
export function askApi(
  plan: ClusterPlan,
  url: string,
  body?: unknown,
): Promise<{ status: number; body: string } | undefined> {
  const pki = (file: string): string => path.join(plan.dir, 'pki', file);
  if (!existsSync(pki('admin.crt'))) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const ask = request(
      `${plan.server}${url}`,
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'content-type': 'application/json' },
        agent: false,
        timeout: 5_000,
        ca: readFileSync(pki('ca.crt')),
        cert: readFileSync(pki('admin.crt')),
        key: readFileSync(pki('admin.key')),
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
        answer.on('error', () => resolve(undefined));
      },
    );
    ask.on('timeout', () => ask.destroy());
    ask.on('error', () => resolve(undefined));
    ask.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** True when GET answers 200. */
export async function answersOk(plan: ClusterPlan, url: string): Promise<boolean> {
  return (await askApi(plan, url))?.status === 200;
}
