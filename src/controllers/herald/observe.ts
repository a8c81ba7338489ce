import type { KeptnAppVersion } from '../../api/lifecycle/v1/keptn-app-version.ts';
import type { KeptnWorkloadVersion } from '../../api/lifecycle/v1/keptn-workload-version.ts';
import type { Lane, Outbox, Parcel, SinkInfo } from '../../domain/outbox.ts';
import type { ReleaseObjects } from '../../domain/release-objects.ts';
import type { SluiceError } from '../../kernel/errors.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { ObjectKey, Reader } from '../../runtime/reader.ts';
import { releaseOf } from '../release-objects.ts';
import type { HeraldedVersion, HeraldSnapshot } from './decide.ts';
import { planVersion, type VersionPlan } from './plan.ts';

type Version = KeptnAppVersion | KeptnWorkloadVersion;

/** The outbox holds fewer of a lane; of the others nothing need be gathered. */
const mostOffered = 64;

/**
 * Gathers what an app's versions have to tell, and offers it to whom it concerns. Versions that have nothing to tell any
 * more are remembered for as long as they are cached, so that a long history costs nothing.
 */
export function observeHerald(outbox: Outbox) {
  const settled = new WeakMap<Version, string>();
  const plan = rememberedPlans();
  return async (
    { namespace, name: app }: ObjectKey,
    reader: Reader,
    now: Date,
  ): Promise<Result<HeraldSnapshot | undefined, SluiceError>> => {
    const sinks = outbox.sinks();
    const audience = sinks.map(({ name }) => name).join('\n');
    const plans = versionsOf(reader, `${namespace}/${app}`)
      .filter((version) => settled.get(version) !== audience)
      .flatMap((version) => {
        const found = plan(version, sinks);
        if (found === undefined) settled.set(version, audience);
        return found ?? [];
      });
    const receipts = offerAll({ outbox, lane: { namespace, app }, reader, sinks }, plans);
    const versions = plans.map((plan): HeraldedVersion => ({ ...plan, receipts }));
    return ok({ versions, now });
  };
}

/** News of receivers come more often than versions change: a plan holds for one version, as it is stored, and these sinks. */
function rememberedPlans(): typeof planVersion {
  let known: readonly SinkInfo[] = [];
  let plans = new WeakMap<Version, VersionPlan>();
  return (version, sinks) => {
    if (sinks.length !== known.length || sinks.some((sink, i) => sink !== known[i])) {
      known = sinks;
      plans = new WeakMap();
    }
    const plan = plans.get(version) ?? planVersion(version, sinks);
    if (plan !== undefined) plans.set(version, plan);
    return plan;
  };
}

function versionsOf(reader: Reader, key: string): Version[] {
  const all: Version[] = [
    ...reader.byIndex('keptnappversions', 'app', key),
    ...reader.byIndex('keptnworkloadversions', 'app', key),
  ];
  return all.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

interface Offering {
  readonly outbox: Outbox;
  readonly lane: Lane;
  readonly reader: Reader;
  readonly sinks: readonly SinkInfo[];
}

/** Offers each sink what it has not been told, the oldest first, and gives what became of it, by sink. */
function offerAll(
  { outbox, lane, reader, sinks }: Offering,
  plans: readonly VersionPlan[],
): ReadonlyMap<string, readonly string[]> {
  const releases = new Map<Version, ReleaseObjects>();
  const parcelOf = (fact: Parcel['fact']): Parcel => {
    const release = releases.get(fact.version) ?? releaseOf(reader, fact.version);
    releases.set(fact.version, release);
    return { fact, release };
  };
  return new Map(
    sinks.map(({ name }) => {
      const facts = plans
        .flatMap(({ open }) => open.get(name) ?? [])
        .toSorted((a, b) => a.at.getTime() - b.at.getTime());
      const { delivered, dead } = outbox.offer(lane, name, facts.slice(0, mostOffered).map(parcelOf));
      return [name, [...delivered, ...dead]];
    }),
  );
}
