import { text } from 'node:stream/consumers';
import { z } from '../../../src/api/schema.ts';
import { readSettings } from '../../../src/config/settings.ts';
import type { Action } from '../../../src/domain/action.ts';
import { serve } from '../../../src/main.ts';
import { createLogger } from '../../../src/observability/logger.ts';

/**
 * A controller of its own process, for tests that kill it. It starts when its standard input ends; what was written
 * there says at which action it kills itself.
 */
const deathSchema = z
  .object({ namespace: z.string(), action: z.number(), moment: z.enum(['before', 'after']) })
  .nullable();

const settings = readSettings(process.env);
if (!settings.ok) throw new Error(settings.error.message);
const death = deathSchema.parse(JSON.parse(await text(process.stdin)));

/** Actions are told again whenever nothing has changed; a crash around a repeated one is a crash around the first. */
const seen = new Set<string>();
const serving = await serve(settings.value, {
  roles: ['controller'],
  election: false,
  logger: createLogger(settings.value.logLevel),
  onAction: (action, moment) => {
    if (death === null || namespaceOf(action) !== death.namespace || moment !== death.moment) return;
    const before = seen.size;
    seen.add(JSON.stringify(action).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, ''));
    // Nothing runs after this line: no buffer is flushed and no connection closed.
    if (seen.size > before && seen.size === death.action) process.kill(process.pid, 'SIGKILL');
  },
});
if (!serving.ok) throw new Error(serving.error.message);

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
    case 'emitEvent':
      return action.regarding.namespace;
  }
}
