import type { Action, ObjectRef } from '../../domain/action.ts';
import type { Decision } from '../../domain/decision.ts';
import type { SettingFinding } from '../../domain/enforcement.ts';
import { lifecycleVersion, refTo } from '../../domain/object-ref.ts';
import { done } from '../../kernel/outcome.ts';
import type { SettingsReportSnapshot } from './observe.ts';

/** Decides which Events tell of settings that do not count as they are written, each on the object that carries it. Pure. */
export function decideSettingsReport({ metadata, findings, apps }: SettingsReportSnapshot): Decision {
  return {
    actions: [
      ...findings.map((finding) => told(refTo('v1', 'Namespace', metadata), finding)),
      ...apps.flatMap(({ app, findings: ofApp }) =>
        ofApp.map((finding) => told(refTo(lifecycleVersion, 'KeptnApp', app.metadata), finding)),
      ),
    ],
    outcome: done,
  };
}

function told(regarding: ObjectRef, { reason, message }: SettingFinding): Action {
  const note = message.slice(0, 1000);
  return { kind: 'emitEvent', regarding, type: 'Warning', reason, action: 'ReadSettings', note };
}
