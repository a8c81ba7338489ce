import type { NotificationEvent, NotificationType } from '../../api/options/v1alpha1/notification.ts';
import type { NotificationFields } from './fields.ts';

/** The body of a message where there is no template, as a JSON value. Pure. */
export function defaultBody(type: NotificationType, fields: NotificationFields): object {
  return bodies[type](fields);
}

const bodies: Readonly<Record<NotificationType, (fields: NotificationFields) => object>> = {
  slack: slackBody,
  teams: teamsBody,
  webhook: (fields) => ({ ...fields }),
};

/** Fields as they may stand in a text of that type: nothing in them is a link, a mention or markup. Pure. */
export function plainFields(type: NotificationType, fields: NotificationFields): NotificationFields {
  if (type !== 'slack') return fields;
  const escaped = Object.entries(fields).map(([name, value]) => [name, slackText(value)] as const);
  return { ...fields, ...Object.fromEntries(escaped) };
}

/** The only three characters that Slack's mrkdwn asks to escape: they begin links, mentions and entities. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const marks: Readonly<Record<NotificationEvent, { readonly icon: string; readonly color: string }>> = {
  releaseStarted: { icon: '🚀', color: 'Default' },
  releaseSucceeded: { icon: '✅', color: 'Good' },
  releaseFailed: { icon: '❌', color: 'Attention' },
  releaseSuperseded: { icon: '⏭️', color: 'Default' },
  checkFailed: { icon: '❌', color: 'Attention' },
  held: { icon: '✋', color: 'Warning' },
  warning: { icon: '⚠️', color: 'Warning' },
  rolloutFailed: { icon: '❌', color: 'Attention' },
};

function markOf({ event }: NotificationFields): { readonly icon: string; readonly color: string } {
  const known: Readonly<Record<string, { readonly icon: string; readonly color: string }>> = marks;
  return known[event] ?? marks.releaseStarted;
}

/** What is said beside the sentence, in order, without what is empty. */
function facts(fields: NotificationFields): readonly [string, string][] {
  const named: [string, string][] = [
    ['Namespace', fields.namespace],
    ['App', `${fields.app} ${fields.appVersion}`.trim()],
    ['Workload', `${fields.workload} ${fields.workloadVersion}`.trim()],
    ['Before', fields.previousVersion],
    ['Phase', fields.phase],
    ['Check', fields.check],
  ];
  return named.filter(([, value]) => value !== '');
}

/** Slack refuses longer texts. */
const slackLimits = { header: 150, text: 3_000, field: 2_000 } as const;

/** Blocks of Slack: header, text and fields within its limits. Source: docs.slack.dev, Block Kit. */
function slackBody(fields: NotificationFields): object {
  const title = `${markOf(fields).icon} ${fields.title}`;
  const safe = plainFields('slack', fields);
  const header = { type: 'plain_text', text: shortened(title, slackLimits.header), emoji: true };
  const named = facts(safe).map(([name, value]) => markdown(`*${name}*\n${value}`, slackLimits.field));
  const where = markdown(`${safe.object} in ${safe.namespace} · ${safe.time}`, slackLimits.field);
  return {
    // What a phone shows, and what is read aloud.
    text: slackText(title),
    blocks: [
      { type: 'header', text: header },
      ...(safe.message === '' ? [] : [{ type: 'section', text: markdown(safe.message, slackLimits.text) }]),
      { type: 'section', fields: named },
      { type: 'context', elements: [where] },
    ],
  };
}

function markdown(text: string, longest: number): object {
  return { type: 'mrkdwn', text: shortened(text, longest) };
}

function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
}

/** An Adaptive Card for a workflow of Teams. Its text runs, unlike its text blocks, know no Markdown. */
function teamsBody(fields: NotificationFields): object {
  const { icon, color } = markOf(fields);
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      run(`${icon} ${fields.title}`, { size: 'Large', weight: 'Bolder', color }),
      ...(fields.message === '' ? [] : [run(fields.message)]),
      ...facts(fields).map(([name, value]) => run(`${name}: ${value}`)),
      run(`${fields.object} · ${fields.time}`, { size: 'Small', isSubtle: true }),
    ],
    msteams: { width: 'Full' },
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content }] };
}

function run(text: string, style: object = {}): object {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...style }] };
}
