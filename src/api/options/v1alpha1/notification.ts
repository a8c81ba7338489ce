import { admittedWhen, bounded } from '../../field-rules.ts';
import { text, z } from '../../schema.ts';
import {
  eventLevels,
  headerFromSchema,
  receiverName,
  receiverTimeout,
  receiverTlsSchema,
  receiverUrl,
  secretKey,
} from './event-receiver.ts';

/** What is spoken at the other end. */
export const notificationTypes = ['slack', 'teams', 'webhook'] as const;
export type NotificationType = (typeof notificationTypes)[number];

/** What people may want to be told, in the order in which it happens. */
export const notificationEvents = [
  'releaseStarted',
  'checkFailed',
  'held',
  'warning',
  'rolloutFailed',
  'releaseSucceeded',
  'releaseFailed',
  'releaseSuperseded',
] as const;
export type NotificationEvent = (typeof notificationEvents)[number];

/** Longest template, in characters. */
const longestTemplate = 8_192;

const names = (description: string) =>
  bounded(z.array(z.string().max(253)))
    .describe(description)
    .optional();

const urlFromSchema = secretKey('Which key of it holds the address.').describe(
  'The Secret that holds the address, which for Slack and Teams is a secret itself. It is read when it is needed.',
);

const fieldsSchema = z.object({
  name: receiverName(),
  type: z
    .enum(notificationTypes)
    .describe(
      'What is at the other end. slack: an incoming webhook. teams: a workflow that is run by a webhook. webhook: any address that takes JSON.',
    ),
  url: receiverUrl('Where messages are posted. Prefer urlFrom for addresses that are secret.').optional(),
  urlFrom: urlFromSchema.optional(),
  on: z
    .array(z.enum(notificationEvents))
    .min(1)
    .max(notificationEvents.length)
    .describe(
      'What is told. releaseStarted, releaseSucceeded, releaseFailed, releaseSuperseded: of the version of an app. checkFailed: a task or an evaluation failed. held: a check before the deployment failed, and the pods wait. warning: checks failed where that holds nothing. rolloutFailed: pods did not become available.',
    )
    .default(['releaseFailed']),
  filter: z
    .object({
      namespaces: names('Namespaces whose releases are told. Absent: all.'),
      apps: names('Names of the apps whose releases are told. Absent: all.'),
      levels: z
        .array(z.enum(eventLevels))
        .max(2)
        .describe(
          'App: what happens to app versions. Workload: what happens to workload versions. Absent: of apps the start and end of a release, of both everything else.',
        )
        .optional(),
    })
    .describe('Of what it is told; all that is given must fit.')
    .prefault({}),
  template: text(
    'The body as JSON with holes such as "{{.title}}", each within double quotes. Absent: a message that suits the type. Fields and functions: docs/notifications.md.',
  )
    .meta({ maxLength: longestTemplate })
    .optional(),
  headersFrom: bounded(z.array(headerFromSchema))
    .describe('Headers of each request whose values Secrets hold.')
    .optional(),
  tls: receiverTlsSchema.describe('How the other end is verified.').prefault({}),
  timeout: receiverTimeout(),
});
/** A chat or address that is told of releases, as a KeptnConfig lists it. */
export type Notification = z.infer<typeof fieldsSchema>;

export const notificationSchema = admittedWhen(fieldsSchema, [
  {
    rule: 'has(self.url) != has(self.urlFrom)',
    message: 'needs either url or urlFrom: write the address into a Secret and name it in urlFrom',
  },
]);

/** The setting of a KeptnConfig that says which people are told of releases. */
export const notificationFields = {
  notifications: z
    .array(notificationSchema)
    .max(16)
    .meta({
      description:
        'Which chats and addresses are told of releases, each on its own. What could not be told is tried again for a day.',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    })
    .optional(),
};
