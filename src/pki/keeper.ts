import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import {
  type Content,
  holdUntil,
  type Memory,
  nextStep,
  type Served,
  type Step,
  stillTrusted,
  toTrust,
} from './continuity.ts';
import { type Change, issueFor } from './issue.ts';
import { type CertificatePolicy, isValidAt, type Plan, planCertificates } from './plan.ts';
import { type CertificateData, inspectStored } from './stored.ts';
import type { ServingNames } from './x509.ts';

/** The Secret as it was read. */
export interface StoredCertificates {
  readonly data: CertificateData;
  readonly resourceVersion: string;
}

/** Port: the Secret. */
export interface SecretStore {
  /** Undefined when it does not exist. Reads past any cache. */
  readonly read: () => Promise<Result<StoredCertificates | undefined, SluiceError>>;
  /**
   * Replaces the content if the Secret is still at `resourceVersion`; creates it when that is undefined.
   * Error: conflict or already-exists when another replica was first.
   */
  readonly write: (
    data: CertificateData,
    resourceVersion: string | undefined,
  ) => Promise<Result<void, SluiceError>>;
}

/** Port: makes the API server trust these authorities; writes only where another bundle is set. */
export interface BundleInjector {
  /** What callers trust now, PEM; empty when nothing. */
  readonly current: () => Promise<Result<string, SluiceError>>;
  readonly inject: (caBundlePem: string) => Promise<Result<void, SluiceError>>;
}

/** What is served from now on. */
export interface ServedCertificate {
  readonly cert: string;
  readonly key: string;
  readonly notAfter: Date;
}

/** Port: the listener. Error: malformed, when it cannot use what it got. */
export interface CertificateSink {
  readonly use: (certificate: ServedCertificate) => Result<void, SluiceError>;
}

/** Port: time. `after` calls once, `cancel` forgets it. */
export interface KeeperClock {
  readonly now: () => Date;
  readonly after: (ms: number, call: () => void) => { readonly cancel: () => void };
}

/** Something worth a log line. */
export type KeeperEvent =
  | { readonly kind: 'changed'; readonly change: Change['kind']; readonly reason: string }
  | { readonly kind: 'served'; readonly notAfter: Date }
  | { readonly kind: 'failed'; readonly error: SluiceError; readonly retryInMs: number };

/** All that the keeper works with. */
export interface KeeperPorts {
  readonly store: SecretStore;
  readonly injector: BundleInjector;
  readonly sink: CertificateSink;
  readonly clock: KeeperClock;
  readonly report: (event: KeeperEvent) => void;
}

/** What the keeper has to achieve. */
export interface KeeperOptions {
  readonly wanted: ServingNames;
  readonly policy: CertificatePolicy;
  /**
   * True when somebody else, such as cert-manager, makes the certificates and injects the bundle: then ours
   * is only to serve what is stored.
   */
  readonly isExternal: boolean;
}

/** Makes, renews and serves the certificates. All replicas run one; whoever writes first wins, the others follow. */
export interface CertificateKeeper {
  /** Brings store, trust and listener up to date now. Resolves to the time of the next look. Errors: those of the ports. */
  readonly sync: () => Promise<Result<Date, SluiceError>>;
  /** Syncs now, whenever it is due, and after failures. */
  readonly start: () => void;
  /** To be called when the Secret changed: syncs soon. */
  readonly changed: () => void;
  readonly stop: () => void;
}

/** Changes that one sync may make: replace or rotate, renew, drop, and as many lost races. */
const maxSteps = 8;
/**
 * The longest time without a look: three GETs. Whoever deletes and applies the webhook configuration again drops the
 * bundle with it, and until it is back every pod of an opted-in namespace is refused.
 */
const maxIdleMs = 10_000;
const firstRetryMs = 1_000;
const maxRetryMs = 60_000;

/** One look: what is stored, and whether callers trust it. */
interface Look {
  readonly stored: Content;
  /** Undefined: there is no Secret. */
  readonly resourceVersion: string | undefined;
  readonly injected: Result<void, SluiceError>;
  readonly memory: Memory;
}

/** Trust comes first: nothing may be served before those who call us can verify it. */
async function look(
  ports: KeeperPorts,
  isExternal: boolean,
  { served, trustedSince }: Memory,
): Promise<Result<Look, SluiceError>> {
  const read = await ports.store.read();
  if (!read.ok) return read;
  const data = read.value?.data ?? {};
  const now = ports.clock.now();
  const trusted = toTrust(data, served, now);
  const isIdle = isExternal || trusted.length === 0;
  const injected = isIdle ? ok(undefined) : await ports.injector.inject(trusted.join(''));
  return ok({
    stored: { data, facts: inspectStored(data) },
    resourceVersion: read.value?.resourceVersion,
    injected,
    memory: { served, trustedSince: injected.ok ? stillTrusted(trustedSince, trusted, now) : trustedSince },
  });
}

/** Hands the stored certificate to the listener, once for each new one. */
function serve(ports: KeeperPorts, stored: Content, last: Served | undefined): Result<Served, SluiceError> {
  const { 'tls.crt': cert = '', 'tls.key': key = '' } = stored.data;
  if (last !== undefined && cert === last.data['tls.crt']) return ok(last);
  const { serving } = stored.facts;
  const now = ports.clock.now();
  if (serving === undefined || !serving.hasKey || !isValidAt(serving, now)) {
    return err(
      failure('malformed', 'the stored serving certificate cannot be used: missing, broken or expired'),
    );
  }
  const used = ports.sink.use({ cert, key, notAfter: serving.notAfter });
  if (!used.ok) return used;
  ports.report({ kind: 'served', notAfter: serving.notAfter });
  return ok({ ...stored, since: now });
}

/** Makes one planned change. When another replica was first, that is no error: look again. */
async function change(
  ports: KeeperPorts,
  { policy, wanted }: KeeperOptions,
  plan: Change,
  {
    stored,
    stillServed,
    resourceVersion,
  }: Pick<Step, 'stillServed'> & Pick<Look, 'stored' | 'resourceVersion'>,
): Promise<Result<void, SluiceError>> {
  const issued = await issueFor(plan, { ...stored, stillServed, wanted, now: ports.clock.now(), policy });
  if (!issued.ok) return issued;
  const written = await ports.store.write(issued.value, resourceVersion);
  if (written.ok) {
    ports.report({ kind: 'changed', change: plan.kind, reason: plan.reason });
    return written;
  }
  const isLostRace = written.error.tag === 'conflict' || written.error.tag === 'already-exists';
  return isLostRace ? ok(undefined) : written;
}

/** What outlives a sync, whether it succeeded or not. */
interface State {
  memory: Memory;
}

/** Ends a sync that had nothing more to change: serves, even where trust could not be injected this time. Gives the next look. */
function finish(
  ports: KeeperPorts,
  { policy, isExternal }: KeeperOptions,
  { stored, injected }: Look,
  { dueAt, state }: { readonly dueAt: Date; readonly state: State },
): Result<Date, SluiceError> {
  const { memory } = state;
  const now = ports.clock.now();
  const held = isExternal ? undefined : holdUntil(stored, memory, { now, settleMs: policy.settleMs });
  const served = held === undefined ? serve(ports, stored, memory.served) : ok(memory.served);
  if (!served.ok) return served;
  state.memory = { ...memory, served: served.value };
  if (!injected.ok) return injected;
  const idleAtMs = now.getTime() + maxIdleMs;
  return ok(new Date(Math.min(idleAtMs, dueAt.getTime(), held?.getTime() ?? idleAtMs)));
}

/** What to do next. Nothing is planned for what somebody else makes. */
async function stepFor(
  ports: KeeperPorts,
  options: KeeperOptions,
  { stored, injected, memory: { served } }: Look,
): Promise<Step> {
  const now = ports.clock.now();
  const idle: Plan = { kind: 'keep', recheckAt: new Date(now.getTime() + maxIdleMs) };
  if (options.isExternal) return { plan: idle };
  const { facts } = stored;
  const plan = planCertificates({ facts, now, isBundleInjected: injected.ok, ...options });
  const current = plan.kind === 'replace-all' ? await ports.injector.current() : ok('');
  // Whoever cannot be asked whom he trusts is told later, and meanwhile trusts nobody that we could keep.
  const trusted = current.ok ? current.value : '';
  return nextStep({ plan, stored, served, trusted, now, policy: options.policy });
}

/** Syncs once: look, plan, change, until there is nothing to change. Gives the time of the next look. */
async function syncOnce(
  ports: KeeperPorts,
  options: KeeperOptions,
  state: State,
): Promise<Result<Date, SluiceError>> {
  for (let count = 0; count < maxSteps; count += 1) {
    const looked = await look(ports, options.isExternal, state.memory);
    if (!looked.ok) return looked;
    state.memory = looked.value.memory;
    const { plan, stillServed } = await stepFor(ports, options, looked.value);
    if (plan.kind === 'keep') return finish(ports, options, looked.value, { dueAt: plan.recheckAt, state });
    const changed = await change(ports, options, plan, { ...looked.value, stillServed });
    if (!changed.ok) return changed;
  }
  return err(failure('conflict', 'the certificates kept changing while they were brought up to date'));
}

/** Builds a keeper. Does nothing until it is started or synced. */
export function createKeeper(ports: KeeperPorts, options: KeeperOptions): CertificateKeeper {
  const state: State = { memory: { served: undefined, trustedSince: new Map() } };
  let running: Promise<Result<Date, SluiceError>> | undefined;
  let timer: { readonly cancel: () => void } | undefined;
  let isStarted = false;
  let isStale = false;
  let retryInMs = firstRetryMs;

  const run = async (): Promise<Result<Date, SluiceError>> => {
    try {
      return await syncOnce(ports, options, state);
    } catch (thrown) {
      return err(failure('internal', `the certificates could not be brought up to date: ${String(thrown)}`));
    }
  };
  const sync = (): Promise<Result<Date, SluiceError>> => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
  const delayAfter = (result: Result<Date, SluiceError>): number => {
    if (result.ok) {
      retryInMs = firstRetryMs;
      return Math.max(firstRetryMs, result.value.getTime() - ports.clock.now().getTime());
    }
    const delay = retryInMs;
    retryInMs = Math.min(maxRetryMs, retryInMs * 2);
    ports.report({ kind: 'failed', error: result.error, retryInMs: delay });
    return delay;
  };
  const schedule = (ms: number): void => {
    timer?.cancel();
    if (isStarted) timer = ports.clock.after(ms, tick);
  };
  const tick = (): void => {
    isStale = false;
    void sync().then((result) => {
      schedule(isStale ? 0 : delayAfter(result));
    });
  };
  return {
    sync,
    start: () => {
      isStarted = true;
      tick();
    },
    changed: () => {
      isStale = true;
      if (running === undefined) schedule(0);
    },
    stop: () => {
      isStarted = false;
      timer?.cancel();
    },
  };
}
