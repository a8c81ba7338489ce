import { z } from '../../src/api/schema.ts';

// What CDEvents 0.5.1 demands of the events that are sent: names, required fields, enumerations, and that nothing else
// may be there. Read from its published JSON schemas and written anew.

const id = z.string().min(1);
const reference = z
  .string()
  .min(1)
  .regex(/^[^\s<>"{}|\\^`]+$/);
const uri = reference.regex(/^[a-z][a-z0-9+.-]*:/i);
const when = z.iso.datetime({ offset: true });

const link = z.union([
  z.strictObject({
    linkType: z.literal('END'),
    from: z.object({ contextId: id }).optional(),
    tags: z.looseObject({}).optional(),
  }),
  z.strictObject({
    linkType: z.literal('PATH'),
    from: z.object({ contextId: id }),
    tags: z.looseObject({}).optional(),
  }),
  z.strictObject({
    linkType: z.literal('RELATION'),
    linkKind: id,
    target: z.object({ contextId: id.optional() }),
    tags: z.looseObject({}).optional(),
  }),
]);

const strictReference = z.strictObject({ id, source: reference.optional() });
const looseReference = z.strictObject({ id, source: z.string().optional() });
const outcome = z.enum(['success', 'failure', 'cancel', 'error']);
const severity = z.enum(['low', 'medium', 'high', 'critical']).optional();
const testSuite = z.strictObject({
  id,
  version: z.string().optional(),
  name: z.string().optional(),
  uri: uri.optional(),
});
const testCase = testSuite.extend({
  type: z
    .enum(['performance', 'functional', 'unit', 'security', 'compliance', 'integration', 'e2e', 'other'])
    .optional(),
});
const trigger = z.object({
  type: z.enum(['manual', 'pipeline', 'event', 'schedule', 'other']).optional(),
  uri: uri.optional(),
});
const text = z.string().optional();
const service = z.strictObject({ environment: strictReference, artifactId: id });
const environment = z.strictObject({ name: text, uri: uri.optional() });
const incident = z.strictObject({
  description: text,
  environment: strictReference,
  service: strictReference.optional(),
  artifactId: id.optional(),
});
const task = z.strictObject({ taskName: text, uri: uri.optional(), pipelineRun: strictReference.optional() });

const contents = {
  'pipelinerun.queued.0.3.0': z.strictObject({ pipelineName: text, uri: uri.optional() }),
  'pipelinerun.started.0.3.0': z.strictObject({ pipelineName: z.string(), uri }),
  'pipelinerun.finished.0.3.0': z.strictObject({
    pipelineName: text,
    uri: uri.optional(),
    outcome: outcome.optional(),
    errors: text,
  }),
  'taskrun.started.0.3.0': task,
  'taskrun.finished.0.3.0': task.extend({ outcome: text, errors: text }),
  'testsuiterun.started.0.3.0': z.strictObject({
    trigger: trigger.optional(),
    environment: strictReference,
    testSuite: testSuite.optional(),
  }),
  'testsuiterun.finished.0.3.0': z.strictObject({
    environment: strictReference,
    testSuite: testSuite.optional(),
    outcome,
    severity,
    reason: text,
  }),
  'testcaserun.finished.0.3.0': z.strictObject({
    outcome,
    severity,
    reason: text,
    environment: strictReference,
    testSuiteRun: looseReference.optional(),
    testCase: testCase.optional(),
  }),
  'service.deployed.0.3.0': service,
  'service.upgraded.0.3.0': service,
  'service.rolledback.0.3.0': service,
  'environment.modified.0.3.0': environment,
  'incident.detected.0.3.0': incident,
  'incident.resolved.0.3.0': incident,
} as const;

function eventSchema(type: string, content: z.ZodType) {
  return z.strictObject({
    context: z.strictObject({
      specversion: z.literal('0.5.1'),
      id,
      source: reference,
      type: z.literal(`dev.cdevents.${type}`),
      timestamp: when,
      schemaUri: uri.optional(),
      chainId: id.optional(),
      links: z.array(link).optional(),
    }),
    subject: z.strictObject({ id, source: reference.optional(), content }),
    customData: z.union([z.looseObject({}), z.base64()]).optional(),
    customDataContentType: z.string().optional(),
  });
}

/** The rules for each type that is sent, by its full name. */
export const cdEventSchemas: ReadonlyMap<string, z.ZodType> = new Map(
  Object.entries(contents).map(([type, content]) => [`dev.cdevents.${type}`, eventSchema(type, content)]),
);

/** What is wrong with an event, in words; empty: it is valid. An event of an unknown type is wrong. */
export function cdEventProblems(event: { readonly context: { readonly type: string } }): readonly string[] {
  const schema = cdEventSchemas.get(event.context.type);
  if (schema === undefined) return [`${event.context.type} is no type of CDEvents 0.5.1`];
  const parsed = schema.safeParse(event);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}
