import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type ClusterPlan, type ClusterRequest, clusterTypes } from './plan.ts';

/** Reads the record's text, `TYPE PORT`; undefined when it is not one. Pure. */
export function parseRecord(name: string, text: string): ClusterRequest | undefined {
  const [typeText, portText] = text.trim().split(' ');
  const type = clusterTypes.find((known) => known === typeText);
  const port = Number(portText);
  return type === undefined || !Number.isInteger(port) ? undefined : { type, name, port };
}

/** What an earlier run set up in a cluster's folder; undefined when nothing or only half a file is there. */
export function readRecord(dir: string): ClusterRequest | undefined {
  try {
    return parseRecord(path.basename(dir), readFileSync(path.join(dir, 'cluster'), 'utf8'));
  } catch {
    return undefined; // no such cluster
  }
}

export function writeRecord(plan: ClusterPlan): void {
  mkdirSync(plan.dir, { recursive: true });
  writeFileSync(path.join(plan.dir, 'cluster'), `${plan.type} ${plan.port}\n`);
}
