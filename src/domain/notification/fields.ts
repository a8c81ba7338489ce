import type { NotificationEvent } from '../../api/options/v1alpha1/notification.ts';
import type { Fact } from '../fact.ts';
import type { Parcel } from '../outbox.ts';
import type { ReleaseObjects } from '../release-objects.ts';
import { appOf } from './event.ts';

/** What a message can say, by name: the holes of a template. All of these are always there, empty where they do not apply. */
export const notificationFieldNames = [
  'id',
  'event',
  'title',
  'message',
  'time',
  'level',
  'namespace',
  'app',
  'appVersion',
  'workload',
  'workloadVersion',
  'previousVersion',
  'object',
  'state',
  'phase',
  'check',
  'checkKind',
  'attempt',
] as const;
export type NotificationFieldName = (typeof notificationFieldNames)[number];

/** The fields of one message; metadata of the app as `metadata.KEY`. */
export type NotificationFields = Readonly<Record<NotificationFieldName, string>> &
  Readonly<Record<string, string>>;

/** Longest value, so that a message stays within what chats take. */
const longestValue = 1_500;
const mostMetadata = 64;

/** What a message about a fact can say. Pure. */
export function notificationFields({ fact, release }: Parcel, event: NotificationEvent): NotificationFields {
  const { metadata } = fact.version;
  const app = appOf(fact);
  const said: Record<NotificationFieldName, string> = {
    ...versionFields(fact, release),
    id: fact.id,
    event,
    title: '',
    message: messageOf({ fact, release }),
    time: fact.at.toISOString(),
    level: fact.level,
    namespace: metadata.namespace ?? '',
    app,
    object: `Keptn${fact.level}Version/${metadata.name}`,
    state: fact.state,
    phase: fact.phase?.longName ?? '',
    check: fact.check?.definition ?? '',
    checkKind: checkKinds[fact.check?.kind ?? ''] ?? '',
    attempt: fact.check === undefined ? '' : String(fact.check.attempt + 1),
  };
  return cut({ ...metadataOf(fact), ...said, title: titleOf(event, said) });
}

const checkKinds: Readonly<Record<string, string>> = { KeptnTask: 'task', KeptnEvaluation: 'evaluation' };

function versionFields(
  fact: Fact,
  release: ReleaseObjects,
): Pick<
  Record<NotificationFieldName, string>,
  'appVersion' | 'workload' | 'workloadVersion' | 'previousVersion'
> {
  if (fact.level === 'App') {
    const { version, previousVersion = '' } = fact.version.spec;
    return { appVersion: version, workload: '', workloadVersion: '', previousVersion };
  }
  const { app, workloadName, version, previousVersion = '' } = fact.version.spec;
  const workload = workloadName.startsWith(`${app}-`) ? workloadName.slice(app.length + 1) : workloadName;
  const appVersion = release.app?.version.spec.version ?? '';
  return { appVersion, workload, workloadVersion: version, previousVersion };
}

function metadataOf({ level, version }: Fact): Record<string, string> {
  const metadata = level === 'App' ? version.spec.metadata : version.status?.appContextMetadata;
  const entries = Object.entries(metadata ?? {}).slice(0, mostMetadata);
  return Object.fromEntries(entries.map(([key, value]) => [`metadata.${key}`, value]));
}

/** Why it is as it is: of a check its own words, else those of the version. */
function messageOf({ fact, release }: Parcel): string {
  const ofCheck = fact.check === undefined ? undefined : checkMessage(fact, release);
  return ofCheck ?? readyMessage(fact.version.status) ?? '';
}

function checkMessage({ check, version }: Fact, { app, workloads }: ReleaseObjects): string | undefined {
  const records = [...(app === undefined ? [] : [app]), ...workloads];
  const record = records.find((one) => one.version.metadata.name === version.metadata.name);
  const isIt = ({ metadata }: { readonly metadata: { readonly name: string } }): boolean =>
    metadata.name === check?.name;
  const task = record?.tasks.find(isIt);
  return task?.status?.message ?? readyMessage(task?.status ?? record?.evaluations.find(isIt)?.status);
}

interface Judged {
  readonly conditions?: readonly { readonly type: string; readonly message: string }[] | undefined;
}

function readyMessage(status: Judged | undefined): string | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.message;
}

type Said = Readonly<Record<NotificationFieldName, string>>;

/** One sentence for each event, for subject lines. */
const titles: Readonly<Record<NotificationEvent, (subject: string, said: Said) => string>> = {
  releaseStarted: (subject) => `${subject} is being released`,
  releaseSucceeded: (subject) => `${subject} is released`,
  releaseFailed: (subject) => `The release of ${subject} failed`,
  releaseSuperseded: (subject) => `${subject} gave way to another version before it was through`,
  checkFailed: (subject, { check, checkKind }) => `The ${checkKind} "${check}" of ${subject} failed`,
  held: (subject, { phase }) => `${subject} is held: ${phase} failed`,
  warning: (subject, { phase }) => `${subject} goes on with a warning: ${phase} failed`,
  rolloutFailed: (subject) => `The rollout of ${subject} failed`,
};

function titleOf(event: NotificationEvent, said: Said): string {
  const { app, appVersion, workload, workloadVersion } = said;
  const subject = workload === '' ? `${app} ${appVersion}` : `${workload} ${workloadVersion} of ${app}`;
  return titles[event](subject, said);
}

function cut(fields: Record<NotificationFieldName, string> & Record<string, string>): NotificationFields {
  for (const [name, value] of Object.entries(fields)) {
    if (value.length > longestValue) fields[name] = `${value.slice(0, longestValue).toWellFormed()}…`;
  }
  return fields;
}
