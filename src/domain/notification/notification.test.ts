import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keptnAppVersion, keptnWorkloadVersion } from '../../../test/builders/version-objects.ts';
import type { State } from '../../api/lifecycle/v1/shared.ts';
import {
  type Notification,
  type NotificationType,
  notificationEvents,
  notificationSchema,
  notificationTypes,
} from '../../api/options/v1alpha1/notification.ts';
import type { Fact, FactKind } from '../fact.ts';
import type { Parcel } from '../outbox.ts';
import { defaultBody, plainFields } from './body.ts';
import { notificationEventOf, wantsFact } from './event.ts';
import { notificationFieldNames, notificationFields } from './fields.ts';
import { notificationProblem, parseBodyTemplate } from './template.ts';

const message = 'exit 1 <!channel> [click](http://evil)';
const conditions = [
  { type: 'Ready', status: 'False', reason: 'CheckFailed', message, lastTransitionTime: '' },
];
const app = keptnAppVersion({
  metadata: { namespace: 'prod' },
  spec: { metadata: { team: 'blue' } },
  status: { conditions },
});
const workload = keptnWorkloadVersion({ metadata: { namespace: 'prod' }, spec: { version: '2' } });

function fact(kind: FactKind, state: State, given: Partial<Fact> = {}): Fact {
  const at = new Date('2026-01-01T00:00:00.250Z');
  return { id: '0123456789abcdef', kind, state, at, level: 'App', version: app, ...given } as Fact;
}

function parcel(one: Fact): Parcel {
  const record = { version: app, tasks: [], evaluations: [] };
  return { fact: one, release: { app: record, workloads: [{ ...record, version: workload }] } };
}

const phase = (name: string, longName = name) => ({ phase: { name, longName, attempt: 0 } });
const ofWorkload = { level: 'Workload', version: workload } as const;

function notification(given: object): Notification {
  return notificationSchema.parse({ name: 'team', type: 'slack', url: 'https://chat.example', ...given });
}

test.each([
  ['releaseStarted', fact('version-started', 'Progressing')],
  ['releaseSucceeded', fact('version-ended', 'Succeeded')],
  ['releaseFailed', fact('version-ended', 'Failed')],
  ['releaseSuperseded', fact('version-ended', 'Deprecated')],
  ['checkFailed', fact('check-ended', 'Failed')],
  [undefined, fact('check-ended', 'Succeeded')],
  ['held', fact('phase-ended', 'Failed', phase('WorkloadPreDeployTasks'))],
  ['rolloutFailed', fact('phase-ended', 'Failed', phase('WorkloadDeploy'))],
  ['warning', fact('phase-ended', 'Warning', phase('AppPostDeployTasks'))],
  [undefined, fact('phase-ended', 'Failed', phase('AppPostDeployTasks'))],
  [undefined, fact('phase-ended', 'Succeeded', phase('AppPreDeployTasks'))],
  [undefined, fact('phase-started', 'Progressing', phase('AppPreDeployTasks'))],
] as const)('%s', (event, one) => {
  expect(notificationEventOf(one)).toBe(event);
});

test('a release is told of once, for its app; the workloads too where that is asked for', () => {
  const ended = fact('version-ended', 'Failed');
  const ofOne = fact('version-ended', 'Failed', ofWorkload);
  expect(wantsFact(notification({}), ended)).toBe(true);
  expect(wantsFact(notification({}), ofOne)).toBe(false);
  expect(wantsFact(notification({ filter: { levels: ['Workload'] } }), ofOne)).toBe(true);
  expect(wantsFact(notification({ filter: { levels: ['Workload'] } }), ended)).toBe(false);
  const failedCheck = fact('check-ended', 'Failed', ofWorkload);
  expect(wantsFact(notification({ on: ['checkFailed'] }), failedCheck)).toBe(true);
  expect(wantsFact(notification({ on: ['releaseSucceeded'] }), ended)).toBe(false);
});

test.each([
  [{ namespaces: ['prod'] }, true],
  [{ namespaces: ['dev'] }, false],
  [{ apps: ['shop'] }, true],
  [{ apps: ['till'], namespaces: ['prod'] }, false],
])('the filter %j', (filter, wanted) => {
  expect(wantsFact(notification({ filter }), fact('version-ended', 'Failed'))).toBe(wanted);
});

describe('a message', () => {
  const fields = notificationFields(parcel(fact('version-ended', 'Failed')), 'releaseFailed');

  test('has every field, and the metadata of the app', () => {
    expect(Object.keys(fields)).toEqual(expect.arrayContaining([...notificationFieldNames]));
    expect(fields).toMatchObject({
      title: 'The release of shop 1 failed',
      message,
      namespace: 'prod',
      time: '2026-01-01T00:00:00.250Z',
      object: `KeptnAppVersion/${app.metadata.name}`,
      'metadata.team': 'blue',
      workload: '',
    });
  });

  test('of a workload names it without its app in front, and the version of the app', () => {
    const check = { kind: 'KeptnTask', name: 'x', definition: 'lint', attempt: 1 } as const;
    const said = notificationFields(
      parcel(fact('check-ended', 'Failed', { ...ofWorkload, check })),
      'checkFailed',
    );
    expect(said).toMatchObject({
      title: 'The task "lint" of cart 2 of shop failed',
      workload: 'cart',
      workloadVersion: '2',
      appVersion: '1',
      attempt: '2',
    });
  });

  test('for Slack has no mention, link or markup from outside', () => {
    const text = JSON.stringify(defaultBody('slack', fields));
    expect(text).toContain('&lt;!channel&gt;');
    expect(text).not.toContain('<!channel>');
    expect(plainFields('slack', fields).message).toContain('&lt;!channel&gt;');
    expect(defaultBody('slack', fields)).toMatchObject({
      text: '❌ The release of shop 1 failed',
      blocks: [{ type: 'header' }, { type: 'section' }, { type: 'section' }, { type: 'context' }],
    });
  });

  test('for Teams is a card whose texts know no Markdown', () => {
    expect(defaultBody('teams', fields)).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: { type: 'AdaptiveCard', version: '1.4', body: expect.any(Array) },
        },
      ],
    });
    expect(JSON.stringify(defaultBody('teams', fields))).not.toContain('"TextBlock"');
  });
});

const text = fc.string({ unit: 'binary', maxLength: 5000 });
const everyField = fc.record(Object.fromEntries(notificationFieldNames.map((name) => [name, text])));

test('whatever the fields hold, a default message is JSON within the limits of its chat', () => {
  const types = fc.constantFrom<NotificationType>(...notificationTypes);
  fc.assert(
    fc.property(types, fc.constantFrom(...notificationEvents), text, (type, event, said) => {
      const version = keptnAppVersion({
        spec: { version: said },
        status: { conditions: [{ ...conditions[0], message: said }] },
      });
      const fields = notificationFields(parcel(fact('version-ended', 'Failed', { version })), event);
      const body = JSON.stringify(defaultBody(type, fields));
      expect(JSON.parse(body)).toEqual(defaultBody(type, fields));
      expect(Buffer.byteLength(body)).toBeLessThan(28_000);
    }),
    { numRuns: 300 },
  );
});

describe('a template', () => {
  const render = (template: string, fields: Readonly<Record<string, string>>) => {
    const parsed = parseBodyTemplate(template);
    return parsed.ok ? parsed.value.render(fields) : parsed;
  };

  test('what a field holds becomes part of a text and of nothing else', () => {
    const template = `{"{{.app}}":["{{.message}}",{{if eq .level "App"}}"a {{printf "%s/%q" .title .check}}"{{else}}"w"{{end}}],"all":"{{range $k, $v := .}}{{$v | regexQuoteMeta}};{{end}}"}`;
    fc.assert(
      fc.property(everyField, (fields) => {
        const rendered = render(template, fields);
        if (!rendered.ok) throw new Error(rendered.error.message);
        const { app: name = '', level, message: said = '', title = '', check = '' } = fields;
        const parsed: unknown = JSON.parse(rendered.value);
        expect(parsed).toEqual({
          [name]: [said, level === 'App' ? `a ${title}/${check}` : 'w'],
          all: expect.any(String),
        });
      }),
      { numRuns: 500 },
    );
  });

  test('whatever a template is, what the fields hold changes no more than texts', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '"',
      ':',
      ',',
      '[',
      ']',
      '1',
      '\\',
      '{{.app}}',
      '{{printf "%q" .app}}',
      '{{printf "%d" .app}}',
      '{{if .app}}',
      '{{end}}',
      '{{default .app ""}}',
      'a',
    );
    const hostile = fc.constantFrom('","evil":"', '":1,"', '\\', '"', '}', '\n', '"}', ':1,');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 14 }).map((parts) => parts.join('')),
        hostile,
        (template, app) => {
          const harmless = render(template, { app: 'x' });
          const attacked = render(template, { app });
          if (!attacked.ok || !harmless.ok) return;
          expect(shapeOf(JSON.parse(attacked.value))).toBe(shapeOf(JSON.parse(harmless.value)));
        },
      ),
      { numRuns: 20_000 },
    );
  });

  test.each([
    [
      '{"a": {{.message}}}',
      'line 1, column 7: argument "message" stands outside quotes; put the hole of the template in double quotes',
    ],
    ['{"a": "{{.colour}}"}', 'argument "colour" is missing; there is no such field of a notification'],
    ['{"a": "{{.app}}",}', 'it does not give JSON'],
    ['{"a": "{{.app"}', 'line 1'],
    ['{"a": "{{template "x"}}"}', 'cannot be used'],
  ])('%s is told to whoever wrote it, with the field', (template, words) => {
    const problem = notificationProblem(notification({ template }));
    expect(problem).toMatch(/^spec\.notifications\["team"\]\.template: /);
    expect(problem).toContain(words);
  });

  test('that is well is none', () => {
    const template = '{"text": "{{.title}} {{default "nobody" (index . "metadata.team")}}"}';
    expect(notificationProblem(notification({ template }))).toBeUndefined();
    expect(notificationProblem(notification({}))).toBeUndefined();
  });

  test('cannot make a body of any size', () => {
    const long = { app: 'x'.repeat(1500) };
    const loop = '{{range $k, $v := .}}{{range $l, $w := .}}{{end}}{{end}}';
    const template = `{"a":"${'{{.app}}'.repeat(100)}${loop}"}`;
    expect(render(template, long)).toMatchObject({ ok: false, error: { tag: 'malformed' } });
  });
});

/** The JSON without what its texts say. */
function shapeOf(value: unknown): string {
  if (typeof value === 'string') return 'text';
  if (Array.isArray(value)) return `[${value.map(shapeOf).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.values(value).map(shapeOf).join()}}`;
}
