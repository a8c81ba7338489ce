import { type KeptnEvaluation, keptnEvaluationSchema } from '../../src/api/lifecycle/v1/keptn-evaluation.ts';
import { type KeptnTask, keptnTaskSchema } from '../../src/api/lifecycle/v1/keptn-task.ts';
import type { State } from '../../src/api/lifecycle/v1/shared.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import type { FoundCheck, PlannedCheck } from '../../src/domain/checks.ts';
import { formatTime } from '../../src/domain/condition.ts';
import type { PhaseStatus } from '../../src/domain/phase-step.ts';
import { appPhases, failurePhase } from '../../src/domain/phases.ts';
import { isCompleted } from '../../src/domain/state.ts';
import { keptnEvaluationDefinition, taskDefinition } from './task-objects.ts';

type Child =
  | { readonly kind: 'task'; readonly object: KeptnTask }
  | { readonly kind: 'evaluation'; readonly object: KeptnEvaluation };

const definedTask = taskDefinition();
const definedEvaluation = keptnEvaluationDefinition();

/** The KeptnTasks and KeptnEvaluations of one version, and what a cache that lags behind shows of them. */
export class CheckChildren {
  /** Every child ever asked for, by its check, such as `pre/lint`. */
  readonly asked = new Map<string, Set<string>>();
  /** Definitions that nobody has made. */
  readonly undefinedNames = new Set<string>();
  /** How often each child was made, by its name. */
  readonly made = new Map<string, number>();
  readonly #now = new Map<string, Child>();
  /** Those too that were swept away. */
  readonly #ever = new Map<string, Child>();
  #shown = new Map<string, Child>();
  readonly #clock: () => Date;

  /** With a clock, children have the times at which they were made and ended. */
  constructor(clock: () => Date = () => new Date(Number.NaN)) {
    this.#clock = clock;
  }

  /** How many there are. */
  get size(): number {
    return this.#now.size;
  }

  /** The KeptnTasks that there are. */
  get tasks(): KeptnTask[] {
    return [...this.#now.values()].flatMap((child) => (child.kind === 'task' ? child.object : []));
  }

  /** The KeptnEvaluations that there are. */
  get evaluations(): KeptnEvaluation[] {
    return [...this.#now.values()].flatMap((child) => (child.kind === 'evaluation' ? child.object : []));
  }

  /** The planned checks as they are found, in truth or by a lagging cache. */
  find(planned: readonly PlannedCheck[], lagging: boolean): FoundCheck[] {
    const children = lagging ? this.#shown : this.#now;
    return planned.map((check) => {
      const child = children.get(check.childName);
      const isDefined = !this.undefinedNames.has(check.definition);
      const definitions =
        check.phase.kind === 'tasks'
          ? { taskDefinition: definedTask }
          : { evaluationDefinition: definedEvaluation };
      return {
        ...check,
        ...(isDefined ? definitions : {}),
        ...(child?.kind === 'task' ? { task: child.object } : {}),
        ...(child?.kind === 'evaluation' ? { evaluation: child.object } : {}),
      };
    });
  }

  /** The cache shows what there is now. */
  catchUp(): void {
    this.#shown = new Map(this.#now);
  }

  /** Makes a child unless there is one of that name. */
  create(object: KubeObject): void {
    const { name } = object.metadata;
    const child = this.#now.get(name) ?? parseChild(createdAt(object, this.#clock()));
    const check = checkOf(child);
    this.asked.set(check, (this.asked.get(check) ?? new Set()).add(name));
    if (this.#now.has(name)) return;
    this.made.set(name, (this.made.get(name) ?? 0) + 1);
    this.#set(child);
  }

  /** Moves one that is not through; which one follows from the number. */
  move(at: number, state: State): void {
    const open = [...this.#now.values()].filter((child) => !isCompleted(stateOf(child)));
    const child = open[at % Math.max(1, open.length)];
    if (child !== undefined) this.#set(withState(child, state, this.#clock()));
  }

  /** Ends all that are not through; false when there were none. */
  endAll(state: State): boolean {
    const open = [...this.#now.values()].filter((child) => !isCompleted(stateOf(child)));
    for (const child of open) this.#set(withState(child, state, this.#clock()));
    return open.length > 0;
  }

  /** Takes away those of these names that are through, as somebody who cleans up would. */
  sweep(names: ReadonlySet<string>): void {
    for (const [name, child] of this.#now)
      if (names.has(name) && isCompleted(stateOf(child))) this.#now.delete(name);
    this.catchUp();
  }

  /** The states of all children that a check ever had: the truth, whatever a status says. */
  statesOf(check: string): State[] {
    return [...this.#ever.values()].filter((child) => checkOf(child) === check).map(stateOf);
  }

  #set(child: Child): void {
    const { name } = child.object.metadata;
    this.#now.set(name, child);
    this.#ever.set(name, child);
  }
}

function parseChild(object: KubeObject): Child {
  return object.kind === 'KeptnTask'
    ? { kind: 'task', object: keptnTaskSchema.parse(object) }
    : { kind: 'evaluation', object: keptnEvaluationSchema.parse(object) };
}

function checkOf({ kind, object }: Child): string {
  const { spec } = object;
  return `${spec.checkType}/${kind === 'task' ? object.spec.taskDefinition : object.spec.evaluationDefinition}`;
}

function stateOf({ kind, object }: Child): State {
  return (kind === 'task' ? object.status?.status : object.status?.overallStatus) ?? 'Pending';
}

/** The object as made at that time; without a time when there is no clock. */
function createdAt(object: KubeObject, at: Date): KubeObject {
  if (Number.isNaN(at.getTime())) return object;
  return { ...object, metadata: { ...object.metadata, creationTimestamp: formatTime(at) } };
}

function withState(child: Child, state: State, at: Date): Child {
  const end = Number.isNaN(at.getTime()) || !isCompleted(state) ? {} : { endTime: formatTime(at) };
  if (child.kind === 'task') {
    const status = { ...child.object.status, status: state, ...end };
    return { kind: 'task', object: { ...child.object, status } };
  }
  const status = {
    retryCount: 0,
    evaluationStatus: {},
    ...child.object.status,
    overallStatus: state,
    ...end,
  };
  return { kind: 'evaluation', object: { ...child.object, status } };
}

/** Phases with every list of checks that a status of either kind has. */
const everyPhase = [...appPhases({ promotion: true }), failurePhase('App')];

/** The names of children whose end a version's status tells. Pure. */
export function recordedEnds(status: PhaseStatus | undefined): ReadonlySet<string> {
  const items = everyPhase.flatMap((phase) => (phase.kind === 'deploy' ? [] : (status?.[phase.items] ?? [])));
  return new Set(items.flatMap(({ name, status: state }) => (isCompleted(state) && name ? [name] : [])));
}
