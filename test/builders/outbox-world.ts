import { setImmediate } from 'node:timers/promises';
import type { Fact } from '../../src/domain/fact.ts';
import type { Lane, Parcel } from '../../src/domain/outbox.ts';
import { failure, type SluiceError } from '../../src/kernel/errors.ts';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import { Metrics } from '../../src/observability/metrics.ts';
import { SinkOutbox, type SinkPlan } from '../../src/outbound/outbox.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import { keptnAppVersion } from './version-objects.ts';

const startMs = Date.parse('2026-01-01T00:00:00Z');
const version = keptnAppVersion();

/** A clock that stands still until it is moved. */
export function manualClock(): ManualClock {
  return new ManualClock(startMs);
}

/** Something that happened to an app version of no importance. */
export function parcel(id: string, at = new Date(startMs)): Parcel {
  const fact: Fact = { id, kind: 'version-started', at, state: 'Progressing', level: 'App', version };
  return { fact, release: { app: { version, tasks: [], evaluations: [] }, workloads: [] } };
}

/** Lets promises that are due go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
}

/** A receiver of the test: what it was sent, and how it answers. */
export class ScriptedSink {
  readonly sent: string[] = [];
  closed = 0;
  /** What it says to a parcel; undefined: nothing, for as long as `hold` keeps it. */
  answer: (id: string) => SluiceError | undefined = () => undefined;
  isHanging = false;
  #release: (() => void)[] = [];

  /** Lets everything that hangs end. */
  release(): void {
    for (const end of this.#release.splice(0)) end();
  }

  async send({ fact: { id } }: Parcel, signal: AbortSignal): Promise<Result<void, SluiceError>> {
    this.sent.push(id);
    if (this.isHanging) await new Promise<void>((resolve) => this.#release.push(resolve));
    // Whoever is cut off is no longer listened to.
    const error = signal.aborted ? failure('timeout', 'cut off') : this.answer(id);
    return error === undefined ? ok(undefined) : err(error);
  }
}

/** As the machine's: timers fire a little early, and the wall clock knows no parts of milliseconds. */
class EarlyClock extends ManualClock {
  override now(): number {
    return Math.floor(super.now());
  }

  override setTimer(afterMs: number, run: () => void): () => void {
    return super.setTimer(afterMs > 1 ? afterMs - 0.6 : afterMs, run);
  }
}

/** An outbox on a clock that is moved by hand, and those who offer it what they have: parcels of lanes, until told. */
export class OutboxWorld {
  readonly clock: ManualClock = new EarlyClock(startMs);
  readonly metrics = new Metrics();
  readonly sinks = new Map<string, ScriptedSink>();
  plans: readonly SinkPlan[] = [];
  /** What is not yet known to have been told or given up, by lane and sink, in order. */
  readonly open = new Map<string, string[]>();
  readonly dead: string[] = [];
  news: (string | undefined)[] = [];
  readonly outbox: SinkOutbox;

  constructor(...names: readonly string[]) {
    this.outbox = new SinkOutbox({
      clock: this.clock,
      random: () => 0.5,
      metrics: this.metrics,
      plans: () => this.plans,
    });
    this.outbox.onNews((lane) => this.news.push(lane?.app));
    this.configure(...names);
  }

  /** Makes these the configured sinks; `fingerprint` after a slash. */
  configure(...names: readonly string[]): void {
    this.plans = names.map((full) => {
      const [name = '', fingerprint = ''] = full.split('/');
      const open = () => {
        const sink = this.sinks.get(full) ?? new ScriptedSink();
        this.sinks.set(full, sink);
        return {
          name,
          accepts: () => true,
          send: (one: Parcel, signal: AbortSignal) => sink.send(one, signal),
          close: () => {
            sink.closed += 1;
            return Promise.resolve();
          },
        };
      };
      return { name, fingerprint, title: name, open };
    });
    this.outbox.sinks();
  }

  sink(name: string): ScriptedSink {
    const sink = this.sinks.get(name);
    if (sink === undefined) throw new Error(`no sink ${name}`);
    return sink;
  }

  /** Adds what happened to an app, and offers it to a sink. */
  happen(app: string, sink: string, ...ids: readonly string[]): void {
    const key = `${app}>${sink}`;
    this.open.set(key, [...(this.open.get(key) ?? []), ...ids]);
    this.offer(app, sink);
  }

  /** Offers what is open, as a controller does, and notes what became of it. */
  offer(app: string, sink: string): void {
    const lane: Lane = { namespace: 'shop', app };
    const key = `${app}>${sink}`;
    const open = this.open.get(key) ?? [];
    const { delivered, dead } = this.outbox.offer(
      lane,
      sink,
      open.map((id) => parcel(id)),
    );
    this.dead.push(...dead);
    this.open.set(
      key,
      open.filter((id) => !delivered.includes(id) && !dead.includes(id)),
    );
  }

  /** Offers again wherever there is news, until nothing moves any more. */
  async settle(): Promise<void> {
    for (let round = 0; round < 200; round += 1) {
      await settled();
      const news = new Set(this.news.splice(0));
      if (news.size === 0) return;
      for (const key of this.open.keys()) {
        const [app = '', sink = ''] = key.split('>');
        if (news.has(undefined) || news.has(app)) this.offer(app, sink);
      }
    }
    throw new Error('there is news for ever');
  }

  /** Lets time pass in steps, and everything happen that falls due. */
  async pass(ms: number, stepMs = 1_000): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left));
      await this.settle();
    }
  }
}
