import { expect, test } from 'vitest';
import { KeeperWorld, keeperOptions } from '../../test/builders/keeper-world.ts';
import { createKeeper } from './keeper.ts';
import { defaultPolicy } from './plan.ts';
import { authoritiesIn, type CertificateData, inspectStored } from './stored.ts';
import { isSignedBy } from './x509.ts';

/** Callers hear of a changed bundle so late at most, and what is served must not be ahead of them. */
const lagMs = 30_000;
const stepMs = 5_000;

/** Replicas over one Secret, and a caller who hears late; whoever is looked at is held against both. */
class Fleet {
  readonly world = new KeeperWorld();
  readonly #replicas: { readonly sync: () => Promise<unknown>; served: string; isFresh: boolean }[] = [];
  /** What callers trusted at each moment, newest last. */
  readonly #bundles: { readonly at: number; readonly pem: string }[] = [];

  add(): void {
    const replica = { served: '', isFresh: true, sync: (): Promise<unknown> => Promise.resolve() };
    const ports = this.world.ports((cert) => {
      replica.served = cert;
    });
    replica.sync = createKeeper(ports, keeperOptions).sync;
    this.#replicas.push(replica);
  }

  /** Time passes, and one replica after the other looks. */
  async live(forMs: number): Promise<void> {
    for (const end = this.world.now.getTime() + forMs; this.world.now.getTime() < end; ) {
      for (const replica of this.#replicas) {
        this.world.now = new Date(this.world.now.getTime() + stepMs);
        await replica.sync();
        this.#bundles.push({ at: this.world.now.getTime(), pem: this.world.bundle });
        this.#judge();
      }
    }
  }

  get served(): readonly string[] {
    return this.#replicas.map(({ served }) => served);
  }

  #judge(): void {
    const now = this.world.now.getTime();
    const prompt = this.#bundles.at(-1)?.pem ?? '';
    const late = this.#bundles.findLast(({ at }) => at <= now - lagMs)?.pem;
    for (const replica of this.#replicas) {
      if (replica.served === '') continue;
      const verifiesBy = (pem: string): boolean =>
        authoritiesIn(pem).some((authority) => isSignedBy(replica.served, authority));
      expect(verifiesBy(prompt), 'who has heard at once trusts what is served').toBe(true);
      // A replica that has just come is not sent anything before its callers know it.
      if (!replica.isFresh && late !== undefined)
        expect(verifiesBy(late), 'who hears late trusts what is served').toBe(true);
      if (late !== undefined && verifiesBy(late)) replica.isFresh = false;
    }
  }
}

/** Content of another authority; of an old one, which would have been changed for a new one a while ago. */
async function strangersContent(ageDays = 0): Promise<CertificateData> {
  const other = new KeeperWorld();
  const { now } = other;
  const { sync } = createKeeper(other.ports(), keeperOptions);
  for (let days = ageDays; days >= 0; days -= 15) {
    other.now = new Date(now.getTime() - days * 86_400_000);
    await sync();
  }
  return other.stored?.data ?? {};
}

const vandalism: Readonly<Record<string, (world: KeeperWorld) => void | Promise<void>>> = {
  'is deleted': (world) => {
    world.stored = undefined;
  },
  'is emptied': (world) => {
    world.stored = { data: {}, resourceVersion: '77' };
  },
  'is filled with garbage': (world) => {
    world.stored = { data: { 'ca.crt': 'garbage', 'tls.crt': 'garbage' }, resourceVersion: '77' };
  },
  'gets the content of strangers, as from a backup': async (world) => {
    world.stored = { data: await strangersContent(), resourceVersion: '77' };
  },
  'gets that of an old authority': async (world) => {
    world.stored = { data: await strangersContent(45), resourceVersion: '77' };
  },
  'loses its serving certificate': (world) => {
    const data = { ...world.stored?.data, 'tls.crt': undefined, 'tls.key': undefined };
    world.stored = { data, resourceVersion: '77' };
  },
  'loses the key of its authority': (world) => {
    world.stored = { data: { ...world.stored?.data, 'ca.key': undefined }, resourceVersion: '77' };
  },
};

test.each(Object.entries(vandalism))(
  'the Secret %s: no caller ever meets a certificate that it cannot verify, and all serve a new one in the end',
  async (_what, vandalise) => {
    const fleet = new Fleet();
    fleet.add();
    fleet.add();
    await fleet.live(180_000);
    const [before] = fleet.served;
    await vandalise(fleet.world);
    await fleet.live(15_000);
    // A replica that was not there before, and knows nothing of it.
    fleet.add();
    await fleet.live(240_000);
    const { stored, world } = { stored: fleet.world.stored?.data ?? {}, world: fleet.world };
    expect(new Set(fleet.served)).toEqual(new Set([stored['tls.crt']]));
    expect(fleet.served[0]).not.toBe(before);
    const facts = inspectStored(stored);
    expect(facts.ca).toMatchObject({ hasKey: true });
    expect(facts.serving).toMatchObject({ hasKey: true, signedBy: 'ca' });
    expect(world.events.filter(({ kind }) => kind === 'failed')).toEqual([]);
  },
);

test('the Secret is deleted and a new replica comes before the others have looked: they are trusted on', async () => {
  const fleet = new Fleet();
  fleet.add();
  await fleet.live(180_000);
  const [before] = fleet.served;
  fleet.world.stored = undefined;
  const newcomer = createKeeper(fleet.world.ports(), keeperOptions);
  await newcomer.sync();
  expect(fleet.world.served).not.toBe(before);
  const trusted = authoritiesIn(fleet.world.bundle);
  expect(trusted).toHaveLength(2);
  expect(trusted.some((authority) => isSignedBy(before ?? '', authority))).toBe(true);
  await fleet.live(240_000);
  expect(fleet.served).toEqual([fleet.world.stored?.['data']['tls.crt']]);
});

test('an authority that nobody needs is dropped at once by hand, and stays so', async () => {
  const fleet = new Fleet();
  fleet.add();
  fleet.add();
  await fleet.live(60_000);
  fleet.world.stored = undefined;
  await fleet.live(240_000);
  expect(authoritiesIn(fleet.world.bundle)).toHaveLength(2);
  const { data } = fleet.world.stored ?? { data: {} };
  fleet.world.stored = { data: { ...data, 'ca.crt.old': undefined }, resourceVersion: '99' };
  await fleet.live(60_000);
  expect(authoritiesIn(fleet.world.bundle)).toHaveLength(1);
});

test('a process alone serves what is stored at once when what it serves has expired', async () => {
  const world = new KeeperWorld();
  const keeper = createKeeper(world.ports(), keeperOptions);
  await keeper.sync();
  world.now = new Date(world.now.getTime() + defaultPolicy.servingLifetimeMs + 1_000);
  world.stored = undefined;
  await keeper.sync();
  expect(inspectStored(world.stored?.['data'] ?? {}).serving?.signedBy).toBe('ca');
  expect(isSignedBy(world.served, world.bundle)).toBe(true);
});
