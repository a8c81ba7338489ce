import type { Action, ObjectRef } from './action.ts';
import type { Fact } from './fact.ts';
import { lifecycleVersion, refTo } from './object-ref.ts';

/** A Kubernetes Event, and the fact that it tells. */
export interface FactEvent {
  readonly id: string;
  readonly action: Action;
}

/** The version object that a fact is about. Pure. */
export function versionRefOf({ level, version }: Fact): ObjectRef {
  return refTo(lifecycleVersion, `Keptn${level}Version`, version.metadata);
}

/**
 * The Kubernetes Events for facts of one version, with the reasons and texts that Keptn's users know. None for checks,
 * whose own objects have theirs, nor for what was called off. Equal times keep their order by microseconds. Pure.
 */
export function factEvents(facts: readonly Fact[]): FactEvent[] {
  return facts.flatMap((fact, i) => {
    const said = sayingOf(fact);
    if (said === undefined) return [];
    const sameBefore = facts.slice(0, i).filter(({ at }) => at.getTime() === fact.at.getTime()).length;
    const { namespace = '', name } = fact.version.metadata;
    const again = attemptOf(fact) === 0 ? '' : `, Attempt: ${attemptOf(fact) + 1}`;
    return [
      {
        id: fact.id,
        action: {
          kind: 'emitEvent',
          regarding: versionRefOf(fact),
          // What happens anew is told anew, though the words are the same.
          series: fact.id,
          at: fact.at.toISOString().replace('Z', `${String(Math.min(sameBefore, 999)).padStart(3, '0')}Z`),
          type: said.what === 'Failed' ? 'Warning' : 'Normal',
          reason: `${said.action}${said.what}`,
          action: said.action,
          note: `${said.subject}: ${texts[said.what]} / Namespace: ${namespace}, Name: ${name}, Version: ${fact.version.spec.version}${again}`,
        },
      },
    ];
  });
}

const texts = { Started: 'has started', Finished: 'has finished', Failed: 'has failed' } as const;

interface Saying {
  readonly action: string;
  readonly subject: string;
  readonly what: keyof typeof texts;
}

function sayingOf({ kind, level, phase, state }: Fact): Saying | undefined {
  if (state === 'Deprecated') return undefined;
  const end = state === 'Failed' ? 'Failed' : 'Finished';
  if (kind === 'version-ended')
    return { action: `${level}Completed`, subject: `${level} Completed`, what: end };
  if (phase === undefined || (kind !== 'phase-started' && kind !== 'phase-ended')) return undefined;
  return {
    action: phase.name,
    subject: phase.longName,
    what: kind === 'phase-started' ? 'Started' : end,
  };
}

function attemptOf({ phase }: Fact): number {
  return phase?.attempt ?? 0;
}
