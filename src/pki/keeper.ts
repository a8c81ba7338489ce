import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { issueFor } from './issue.ts';
import { type CertificatePolicy, isValidAt, type Plan, planCertificates } from './plan.ts';
import { bundle, type CertificateData, inspectStored, type StoredFacts } from './stored.ts';
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
  | { readonly kind: 'changed'; readonly change: Exclude<Plan['kind'], 'keep'>; readonly reason: string }
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
 * The longest time without a look: two GETs. Whoever deletes and applies the webhook configuration again drops the
 * bundle with it, and until it is back every pod of an opted-in namespace is refused.
 */
const maxIdleMs = 60_000;
const firstRetryMs = 1_000;
const maxRetryMs = 60_000;

/** One look: what is stored, and whether callers trust it. */
interface Look {
  readonly stored: StoredCertificates | undefined;
  readonly facts: StoredFacts;
  readonly injected: Result<void, SluiceError>;
}

/** Trust comes first: nothing may be served before those who call us can verify it. */
async function look(ports: KeeperPorts, isExternal: boolean): Promise<Result<Look, SluiceError>> {
  const read = await ports.store.read();
  if (!read.ok) return read;
  const data = read.value?.data ?? {};
  const trusted = bundle(data);
  const injected = isExternal || trusted === '' ? ok(undefined) : await ports.injector.inject(trusted);
  return ok({ stored: read.value, facts: inspectStored(data), injected });
}

/** Hands the stored certificate to the listener, once for each new one. */
function serve(
  ports: KeeperPorts,
  { data, facts }: { readonly data: CertificateData; readonly facts: StoredFacts },
  last: string | undefined,
): Result<string, SluiceError> {
  const { 'tls.crt': cert = '', 'tls.key': key = '' } = data;
  if (cert === last) return ok(cert);
  const { serving } = facts;
  if (serving === undefined || !serving.hasKey || !isValidAt(serving, ports.clock.now())) {
    return err(
      failure('malformed', 'the stored serving certificate cannot be used: missing, broken or expired'),
    );
  }
  const used = ports.sink.use({ cert, key, notAfter: serving.notAfter });
  if (!used.ok) return used;
  ports.report({ kind: 'served', notAfter: serving.notAfter });
  return ok(cert);
}

/** Makes one planned change. False: another replica was first, look again. */
async function change(
  ports: KeeperPorts,
  { policy, wanted }: KeeperOptions,
  { stored, facts }: Look,
  plan: Exclude<Plan, { kind: 'keep' }>,
): Promise<Result<void, SluiceError>> {
  const data = stored?.data ?? {};
  const issued = await issueFor(plan, { data, facts, wanted, now: ports.clock.now(), policy });
  if (!issued.ok) return issued;
  const written = await ports.store.write(issued.value, stored?.resourceVersion);
  if (written.ok) {
    ports.report({ kind: 'changed', change: plan.kind, reason: plan.reason });
    return written;
  }
  const isLostRace = written.error.tag === 'conflict' || written.error.tag === 'already-exists';
  return isLostRace ? ok(undefined) : written;
}

/** What a sync achieved. */
interface Synced {
  readonly served: string;
  readonly recheckAt: Date;
}

/** Ends a sync that had nothing more to change: serves, even where trust could not be injected this time. */
function finish(
  ports: KeeperPorts,
  { stored, facts, injected }: Look,
  dueAt: Date,
  last: string | undefined,
): Result<Synced, SluiceError> {
  const served = serve(ports, { data: stored?.data ?? {}, facts }, last);
  if (!served.ok) return served;
  if (!injected.ok) return injected;
  const idleAt = new Date(ports.clock.now().getTime() + maxIdleMs);
  return ok({ served: served.value, recheckAt: dueAt < idleAt ? dueAt : idleAt });
}

/** Nothing is planned for what somebody else makes. */
function planFor({ facts, injected }: Look, now: Date, options: KeeperOptions): Plan {
  if (options.isExternal) return { kind: 'keep', recheckAt: new Date(now.getTime() + maxIdleMs) };
  return planCertificates({ facts, now, isBundleInjected: injected.ok, ...options });
}

/** Syncs once: look, plan, change, until there is nothing to change. */
async function syncOnce(
  ports: KeeperPorts,
  options: KeeperOptions,
  last: string | undefined,
): Promise<Result<Synced, SluiceError>> {
  for (let step = 0; step < maxSteps; step += 1) {
    const looked = await look(ports, options.isExternal);
    if (!looked.ok) return looked;
    const plan = planFor(looked.value, ports.clock.now(), options);
    if (plan.kind === 'keep') return finish(ports, looked.value, plan.recheckAt, last);
    const changed = await change(ports, options, looked.value, plan);
    if (!changed.ok) return changed;
  }
  return err(failure('conflict', 'the certificates kept changing while they were brought up to date'));
}

/** Builds a keeper. Does nothing until it is started or synced. */
export function createKeeper(ports: KeeperPorts, options: KeeperOptions): CertificateKeeper {
  let last: string | undefined;
  let running: Promise<Result<Date, SluiceError>> | undefined;
  let timer: { readonly cancel: () => void } | undefined;
  let isStarted = false;
  let isStale = false;
  let retryInMs = firstRetryMs;

  const run = async (): Promise<Result<Date, SluiceError>> => {
    try {
      const synced = await syncOnce(ports, options, last);
      if (!synced.ok) return synced;
      last = synced.value.served;
      return ok(synced.value.recheckAt);
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
