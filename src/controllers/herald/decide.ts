import { annotations } from '../../api/constants.ts';
import type { Action } from '../../domain/action.ts';
import { type Announced, eventsSink, renderAnnounced, withTold } from '../../domain/announced.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Fact } from '../../domain/fact.ts';
import { factEvents } from '../../domain/fact-events.ts';
import { lifecycleVersion, named, refTo } from '../../domain/object-ref.ts';
import { done } from '../../kernel/outcome.ts';
import type { VersionPlan } from './plan.ts';

/** A version of the app, and what became of what was offered of it. */
export interface HeraldedVersion extends VersionPlan {
  /** Ids of facts that need not be offered again, by sink. */
  readonly receipts: ReadonlyMap<string, readonly string[]>;
}

/** All that the decision on an app's announcements reads. */
export interface HeraldSnapshot {
  /** Those that have something to tell, or may have later. */
  readonly versions: readonly HeraldedVersion[];
  readonly now: Date;
}

/**
 * What was told is noted once the app has been quiet for so long, so that a burst costs one write a version. A crash before
 * tells a receiver again, under the same ids, what it had received in that time.
 */
const quietMs = 2_000;
/** Whatever goes on, it is noted after so long. */
const longestDelayMs = 5_000;
/** More receipts than these don't wait. */
const mostReceipts = 16;
/** Events are told once by their names for as long as they are stored, an hour unless the API server is told otherwise. */
const eventDelayMs = 30 * 60_000;

/**
 * Decides which Kubernetes Events are made, and when it is noted on a version what was told of it: at its end, once
 * everybody knows all, and in between as seldom as can be. Pure.
 */
export function decideHerald({ versions, now }: HeraldSnapshot): Decision {
  const newestMs = Math.max(...versions.flatMap(({ facts }) => facts.map(({ at }) => at.getTime())));
  const times: Times = { nowMs: now.getTime(), quietAtMs: newestMs + quietMs };
  const marked = versions.map((version) => markOf(version, times));
  const waitMs = Math.min(...marked.flatMap((one) => one.afterMs ?? []));
  return {
    actions: [...versions.flatMap(eventsOf), ...marked.flatMap(({ actions }) => actions)],
    outcome: Number.isFinite(waitMs)
      ? { kind: 'again', afterMs: waitMs, why: 'what was announced is noted then' }
      : done,
  };
}

function eventsOf({ facts, open }: HeraldedVersion): Action[] {
  const ids = new Set(open.get(eventsSink)?.map(({ id }) => id));
  return factEvents(facts).flatMap(({ id, action }) => (ids.has(id) ? [action] : []));
}

interface Times {
  readonly nowMs: number;
  /** When the app has been quiet for a while, if nothing more happens. */
  readonly quietAtMs: number;
}

interface Marking {
  readonly actions: readonly Action[];
  /** Milliseconds until the mark is written; absent when it is now, or when there is nothing to note. */
  readonly afterMs?: number;
}

function markOf(heralded: HeraldedVersion, times: Times): Marking {
  const { mark, told } = heralded;
  const news = newsOf(heralded);
  const next = renderAnnounced(withNews(told, news));
  // Nothing can be told of a version that has not begun, so its mark may wait.
  if (next === (mark ?? '') || heralded.facts.length === 0) return { actions: [] };
  const afterMs = news.size === 0 ? 0 : delayOf(heralded, news, times);
  return afterMs > 0 ? { actions: [], afterMs } : { actions: [markAction(heralded, next)] };
}

/** Facts that a sink knows now and that are not noted yet, by its name. */
function newsOf({ open, receipts }: HeraldedVersion): ReadonlyMap<string, readonly Fact[]> {
  const news = new Map<string, readonly Fact[]>();
  for (const [sink, facts] of open) {
    const known = new Set(receipts.get(sink));
    const told = sink === eventsSink ? facts : facts.filter(({ id }) => known.has(id));
    if (told.length > 0) news.set(sink, told);
  }
  return news;
}

function withNews(told: Announced, news: ReadonlyMap<string, readonly Fact[]>): Announced {
  return new Map(
    [...told].map(([sink, ids]) => {
      const more = news.get(sink)?.map(({ id }) => id) ?? [];
      return [sink, withTold(ids, more)];
    }),
  );
}

function delayOf(
  { isOver, open, told, mark }: HeraldedVersion,
  news: ReadonlyMap<string, readonly Fact[]>,
  { nowMs, quietAtMs }: Times,
): number {
  const isAllTold = [...open].every(([sink, facts]) => news.get(sink)?.length === facts.length);
  const hasNewEntry = renderAnnounced(told) !== (mark ?? '');
  if ((isOver && isAllTold) || hasNewEntry) return 0;
  const delays = [...news].map(([sink, facts]) => {
    const oldestMs = Math.min(...facts.map(({ at }) => at.getTime()));
    if (sink === eventsSink) return oldestMs + eventDelayMs - nowMs;
    return facts.length >= mostReceipts ? 0 : Math.min(quietAtMs, oldestMs + longestDelayMs) - nowMs;
  });
  return Math.min(...delays);
}

/** With its uid, so that a version that was deleted meanwhile is not made again. */
function markAction({ version, facts }: HeraldedVersion, mark: string): Action {
  const kind = facts[0]?.level === 'App' ? 'KeptnAppVersion' : 'KeptnWorkloadVersion';
  const ref = refTo(lifecycleVersion, kind, version.metadata);
  const object = named(ref, {});
  const { uid } = version.metadata;
  const metadata = {
    ...object.metadata,
    ...(uid === undefined ? {} : { uid }),
    annotations: { [annotations.announced]: mark },
  };
  return { kind: 'apply', object: { ...object, metadata } };
}
