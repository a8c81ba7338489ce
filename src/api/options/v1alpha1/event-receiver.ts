import {
  admittedWhen,
  bounded,
  duration,
  durationInCel,
  longerThanNothing,
  objectName,
  shortText,
} from '../../field-rules.ts';
import { text, z } from '../../schema.ts';

/** In which words a receiver of events is told. */
export const eventFormats = ['cdevents', 'keptn'] as const;
export type EventFormat = (typeof eventFormats)[number];

/** Whose events there are. */
export const eventLevels = ['App', 'Workload'] as const;

/** A value that a Secret of Sluice's namespace holds. */
export const secretKey = (what: string): z.ZodObject<{ name: z.ZodString; key: z.ZodString }> =>
  z.object({
    name: objectName('Name of a Secret in the namespace of Sluice.'),
    key: text(what),
  });

/** A header of each request whose value a Secret holds; it is read when it is needed and never shown. */
export const headerFromSchema = z.object({
  header: shortText(
    'Name of the header, such as Authorization.',
    /^[A-Za-z0-9-]{1,64}$/,
    'must be the name of an HTTP header, such as "Authorization"',
  ),
  secretKeyRef: secretKey('Which key of it holds the whole value, such as "Bearer abc".').describe(
    'Where the value is.',
  ),
});

/** How the other end of an HTTPS connection is verified. */
export const receiverTlsSchema = z.object({
  caFrom: secretKey('Which key of it holds the certificates, in PEM, such as ca.crt.')
    .describe('Certificates that are trusted for this receiver beside those of the system.')
    .optional(),
  insecureSkipVerify: z
    .boolean()
    .describe('True: the certificate of the receiver is not verified. Prefer caFrom.')
    .default(false),
});

/** The name of a receiver: it marks what was delivered, so another name is another receiver. */
export const receiverName = (): z.ZodString =>
  shortText(
    'Name of the receiver, unique in this list. What it was told is noted by its name: under another name it is another receiver.',
    /^[a-z0-9]([-a-z0-9]{0,18}[a-z0-9])?$/,
    'must be at most 20 lower-case letters, digits and "-", such as "ci"',
  );

/** The address of a receiver. */
export const receiverUrl = (description: string): z.ZodString =>
  admittedWhen(z.string().meta({ description, maxLength: 2048 }), [
    {
      rule: "self.matches('^https?://[^ /]+')",
      message: 'must be an HTTP address; write for example "https://events.example/cdevents"',
    },
  ]);

/** How long one request may take. */
export const receiverTimeout = (): z.ZodDefault<z.ZodString> =>
  admittedWhen(duration('How long one request may take, at most 10s.'), [
    { rule: longerThanNothing('self'), message: 'must be longer than 0' },
    {
      rule: `!self.matches('${durationInCel}') || duration(self) <= duration('10s')`,
      message: 'must be at most 10s',
    },
  ]).default('5s');

const names = (description: string) =>
  bounded(z.array(z.string().max(253)))
    .describe(description)
    .optional();

const eventReceiverSchema = z.object({
  name: receiverName(),
  url: receiverUrl('Where events are sent to, with POST, as CloudEvents in HTTP binary mode.'),
  format: z
    .enum(eventFormats)
    .describe(
      'Events of which standard. cdevents: CDEvents 0.5.1, such as dev.cdevents.service.deployed.0.3.0. keptn: the types and data of Keptn, such as "App Deployment.Finished".',
    )
    .default('cdevents'),
  filter: z
    .object({
      types: names(
        'Types of events, with * at the end for all that begin so. Of CDEvents the part in front of the subject and the version may be left out: "service.*". Absent: all.',
      ),
      namespaces: names('Namespaces whose releases it is told of. Absent: all.'),
      apps: names('Names of the apps it is told of. Absent: all.'),
      levels: z
        .array(z.enum(eventLevels))
        .max(2)
        .describe(
          'App: what happens to app versions. Workload: what happens to workload versions. Absent: both.',
        )
        .optional(),
    })
    .describe('What it is told of; all that is given must fit.')
    .prefault({}),
  headersFrom: bounded(z.array(headerFromSchema))
    .describe('Headers of each request whose values Secrets hold.')
    .optional(),
  tls: receiverTlsSchema.describe('How the receiver is verified.').prefault({}),
  timeout: receiverTimeout(),
});
/** A receiver of events, as a KeptnConfig lists it. */
export type EventReceiver = z.infer<typeof eventReceiverSchema>;

/** Settings of a KeptnConfig that say who is told of releases. */
export const eventFields = {
  clusterName: shortText(
    'Name of this cluster in the events that are sent, such as prod-eu: their source is sluice://prod-eu. Absent: the uid of the namespace kube-system.',
    /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/,
    'must be lower-case letters, digits, "-" and ".", such as "prod-eu"',
  ).optional(),
  eventReceivers: z
    .array(eventReceiverSchema)
    .max(8)
    .meta({
      description:
        'Who is told of releases by CloudEvents, each on its own: one that is gone holds up neither a release nor another. Each gets the events of an app in order, again until it takes them or a day has passed, with ids by which repetitions are known.',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    })
    .optional(),
};
