import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { z } from '../../../src/api/schema.ts';
import { readSettings } from '../../../src/config/settings.ts';
import type { Action } from '../../../src/domain/action.ts';
import { sha256Hex } from '../../../src/kernel/hash.ts';
import { serve } from '../../../src/main.ts';
import { createLogger } from '../../../src/observability/logger.ts';

/**
 * A controller of its own process, for tests that kill it. It starts when its standard input ends; what was written
 * there says at which action it kills itself, as `Death` in sluice.ts.
 */
const deathSchema = z
  .object({
    namespace: z.string(),
    action: z.number(),
    moment: z.enum(['before', 'after']),
    memory: z.string().optional(),
  })
  .nullable();

const settings = readSettings(process.env);
if (!settings.ok) throw new Error(settings.error.message);
const death = deathSchema.parse(JSON.parse(await text(process.stdin)));

/** Actions are told again whenever nothing has changed; a crash around a repeated one is a crash around the first. */
const known = new Set(remembered(death?.memory));
let fresh = 0;

const serving = await serve(settings.value, {
  roles: ['controller'],
  election: false,
  logger: createLogger(settings.value.logLevel),
  onAction: (action, moment) => {
    if (death === null || namespaceOf(action) !== death.namespace || moment !== death.moment) return;
    const mark = sha256Hex(JSON.stringify(action).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, ''), 32);
    if (known.has(mark)) return;
    known.add(mark);
    if (death.memory !== undefined) appendFileSync(death.memory, `${mark}\n`);
    fresh += 1;
    // Nothing runs after this line: no buffer is flushed and no connection closed.
    if (fresh === death.action) process.kill(process.pid, 'SIGKILL');
  },
});
if (!serving.ok) throw new Error(serving.error.message);
process.once('SIGTERM', () => {
  void serving.value.stop().then(() => process.exit());
});

function remembered(file: string | undefined): string[] {
  return file !== undefined && existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

function namespaceOf(action: Action): string | undefined {
  switch (action.kind) {
    case 'createIfAbsent':
    case 'apply':
    case 'applyStatus':
      return action.object.metadata.namespace;
    case 'liftGate':
      return action.pod.namespace;
    case 'deleteOwned':
      return action.ref.namespace;
    case 'archive':
      return action.records[0]?.namespace;
    case 'emitEvent':
      return action.regarding.namespace;
  }
}
