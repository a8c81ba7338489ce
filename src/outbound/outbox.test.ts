import { expect, test } from 'vitest';
import { OutboxWorld, parcel } from '../../test/builders/outbox-world.ts';
import { failure } from '../kernel/errors.ts';
import { parcelsPerSink } from './sink-post.ts';
import { parcelsPerTrack } from './track.ts';

const down = failure('unavailable', 'connection refused');
const minuteMs = 60_000;
const ids = (count: number, prefix = 'p') =>
  Array.from({ length: count }, (_, at) => `${prefix}${String(at).padStart(4, '0')}`);

test('what is offered is sent in order, one parcel after the other, and noted as delivered', async () => {
  const world = new OutboxWorld('ci');
  world.happen('a', 'ci', ...ids(100));
  await world.settle();
  expect(world.sink('ci').sent).toEqual(ids(100));
  await world.pass(1_000);
  expect(world.open.get('a>ci')).toEqual([]);
  expect(world.metrics.value('sluice_outbox_delivered_total', { sink: 'ci' })).toBe(100);
  world.offer('a', 'ci');
  expect(world.outbox.sizeOf('ci')).toEqual({ tracks: 0, held: 0, waiting: 0 });
});

test('a parcel that is offered again while it is on its way is sent once', async () => {
  const world = new OutboxWorld('ci');
  world.sink('ci').isHanging = true;
  world.happen('a', 'ci', 'x', 'y');
  world.offer('a', 'ci');
  world.offer('a', 'ci');
  await world.settle();
  expect(world.sink('ci').sent).toEqual(['x']);
  world.sink('ci').isHanging = false;
  world.sink('ci').release();
  await world.settle();
  expect(world.sink('ci').sent).toEqual(['x', 'y']);
});

test('news of a lane is told soon after it is through, once for all that came meanwhile', async () => {
  const world = new OutboxWorld('ci');
  await world.settle();
  world.happen('a', 'ci', ...ids(2));
  world.happen('b', 'ci', 'one');
  await world.settle();
  expect(world.sink('ci').sent).toHaveLength(3);
  expect(world.news).toEqual([]);
  world.clock.advance(499);
  expect(world.news).toEqual([]);
  world.clock.advance(2);
  expect(world.news).toHaveLength(2);
  expect(new Set(world.news)).toEqual(new Set(['a', 'b']));
});

test('whoever asks meanwhile has learned the news, and is not told again', async () => {
  const world = new OutboxWorld('ci');
  await world.settle();
  world.happen('a', 'ci', 'one');
  await world.settle();
  world.offer('a', 'ci');
  expect(world.open.get('a>ci')).toEqual([]);
  await world.pass(10_000);
  expect(world.news).toEqual([]);
});

test('a sink that is down is tried again with pauses, keeps the order and loses nothing', async () => {
  const world = new OutboxWorld('ci');
  const sink = world.sink('ci');
  sink.answer = () => down;
  world.happen('a', 'ci', ...ids(5));
  await world.pass(10 * minuteMs);
  expect(new Set(sink.sent)).toEqual(new Set(['p0000']));
  // Pauses double up to a minute: ten minutes see far fewer than ten a minute.
  expect(sink.sent.length).toBeLessThan(25);
  expect(sink.sent.length).toBeGreaterThan(8);
  sink.sent.length = 0;
  sink.answer = () => undefined;
  await world.pass(2 * minuteMs);
  expect(sink.sent).toEqual(ids(5));
  expect(world.metrics.value('sluice_outbox_dead_letters_total', { sink: 'ci', result: 'unavailable' })).toBe(
    undefined,
  );
});

test('what is refused for good is a dead letter, is counted, and does not hold up what follows', async () => {
  const world = new OutboxWorld('ci');
  world.sink('ci').answer = (id) => (id === 'bad' ? failure('invalid', 'answers 400') : undefined);
  world.happen('a', 'ci', 'good', 'bad', 'after');
  await world.settle();
  expect(world.sink('ci').sent).toEqual(['good', 'bad', 'after']);
  expect(world.dead).toEqual(['bad']);
  expect(world.open.get('a>ci')).toEqual([]);
  expect(world.metrics.value('sluice_outbox_dead_letters_total', { sink: 'ci', result: 'invalid' })).toBe(1);
});

test('a sink that throws is a bug of ours: told, counted, and holds nothing up', async () => {
  const world = new OutboxWorld('ci');
  world.sink('ci').answer = (id) => {
    if (id === 'bad') throw new Error('bug');
    return undefined;
  };
  world.happen('a', 'ci', 'bad', 'after');
  await world.settle();
  expect(world.dead).toEqual(['bad']);
  expect(world.sink('ci').sent).toEqual(['bad', 'after']);
});

test('a sink that never answers holds up neither another sink nor, for long, another lane', async () => {
  const world = new OutboxWorld('hangs', 'well');
  world.sink('hangs').isHanging = true;
  for (const app of ids(50, 'app')) {
    world.happen(app, 'hangs', `${app}-1`, `${app}-2`);
    world.happen(app, 'well', `${app}-1`, `${app}-2`);
  }
  await world.settle();
  expect(world.sink('well').sent).toHaveLength(100);
  expect(world.sink('hangs').sent).toHaveLength(8);
  await world.pass(11_000);
  expect(world.metrics.value('sluice_outbox_retries_total', { sink: 'hangs', result: 'timeout' })).toBe(8);
  expect(world.outbox.reports()).toMatchObject([
    { name: 'hangs', problem: 'it did not answer within 10 s' },
    { name: 'well' },
  ]);
  world.sink('hangs').isHanging = false;
  await world.pass(3 * minuteMs);
  expect(new Set(world.sink('hangs').sent).size).toBe(100);
  expect(world.outbox.reports()[0]).not.toHaveProperty('problem');
});

test('one lane whose parcels fail leaves the other lanes of the sink alone', async () => {
  const world = new OutboxWorld('ci');
  const sink = world.sink('ci');
  sink.answer = (id) => (id.startsWith('bad') ? down : undefined);
  world.happen('a', 'ci', 'bad');
  for (let round = 0; round < 60; round += 1) {
    world.happen('b', 'ci', `good${round}`);
    await world.pass(1_000);
  }
  expect(sink.sent.filter((id) => id.startsWith('good'))).toHaveLength(60);
  expect(sink.sent.filter((id) => id === 'bad').length).toBeLessThan(10);
});

test('a parcel that is older than a day is given up, and what is younger is sent', async () => {
  const world = new OutboxWorld('ci');
  const sink = world.sink('ci');
  sink.answer = () => down;
  const lane = { namespace: 'shop', app: 'a' };
  world.outbox.offer(lane, 'ci', [
    parcel('old', new Date(world.clock.now())),
    parcel('young', new Date(world.clock.now() + 30 * minuteMs)),
  ]);
  await world.pass(24 * 60 * minuteMs + 5 * minuteMs, minuteMs);
  sink.sent.length = 0;
  sink.answer = () => undefined;
  await world.pass(5 * minuteMs);
  expect(sink.sent).toEqual(['young']);
  expect(world.metrics.value('sluice_outbox_dead_letters_total', { sink: 'ci', result: 'too-old' })).toBe(1);
});

test('of a lane a few parcels are held, of a sink some more, and whoever found no room is told when there is', async () => {
  const world = new OutboxWorld('ci');
  const sink = world.sink('ci');
  sink.answer = () => down;
  world.happen('a', 'ci', ...ids(5_000));
  expect(world.outbox.sizeOf('ci')?.held).toBe(parcelsPerTrack);
  for (const app of ids(50, 'app')) world.happen(app, 'ci', ...ids(100, app));
  await world.settle();
  expect(world.outbox.sizeOf('ci')?.held).toBe(parcelsPerSink);
  sink.answer = () => undefined;
  await world.pass(5 * minuteMs);
  expect([...world.open.values()].flat()).toEqual([]);
  expect(new Set(sink.sent).size).toBe(10_000);
  // Those that failed at first, and no other, were sent again.
  expect(sink.sent.length - 10_000).toBeLessThan(20);
});

test('many lanes whose ends nobody asks for do not keep others out for ever', async () => {
  const world = new OutboxWorld('ci');
  for (const app of ids(3_000, 'app')) world.outbox.offer({ namespace: 'shop', app }, 'ci', [parcel(app)]);
  for (let round = 0; round < 50; round += 1) {
    await world.settle();
    if (world.sink('ci').sent.length === 2_048) break;
  }
  expect(world.outbox.sizeOf('ci')?.tracks).toBeLessThan(2_049);
  await world.pass(3 * minuteMs);
  world.happen('late', 'ci', 'late');
  await world.pass(3 * minuteMs);
  expect(world.sink('ci').sent).toContain('late');
});

test('a sink whose name and configuration stay lives on; another one goes on where it was, without its pauses', async () => {
  const world = new OutboxWorld('a/1', 'b/1');
  const before = world.sink('a/1');
  before.answer = () => down;
  world.happen('x', 'a', 'one', 'two');
  world.happen('x', 'b', 'one');
  await world.pass(5 * minuteMs);
  world.configure('a/2', 'b/1');
  await world.settle();
  expect(world.sink('a/2').sent).toEqual(['one', 'two']);
  expect([before.closed, world.sink('a/2').closed, world.sink('b/1').closed]).toEqual([1, 0, 0]);
  expect(world.open.get('x>a')).toEqual([]);
});

test('what is on its way when its sink is replaced is not sent twice', async () => {
  const world = new OutboxWorld('a/1');
  const before = world.sink('a/1');
  before.isHanging = true;
  world.happen('x', 'a', 'one', 'two');
  world.configure('a/2');
  await world.settle();
  expect(before.closed).toBe(0);
  before.release();
  await world.settle();
  expect(before.closed).toBe(1);
  expect([before.sent, world.sink('a/2').sent]).toEqual([['one'], ['two']]);
});

test('a sink that is no longer wanted is closed, and its offers say nothing', async () => {
  const world = new OutboxWorld('a', 'b');
  world.sink('a').answer = () => down;
  world.happen('x', 'a', 'one');
  world.configure('b');
  await world.settle();
  expect(world.sink('a').closed).toBe(1);
  expect(world.outbox.sinks().map(({ name }) => name)).toEqual(['b']);
  expect(world.outbox.offer({ namespace: 'shop', app: 'x' }, 'a', [parcel('one')])).toEqual({
    delivered: [],
    dead: [],
  });
});

test('new sinks are told to everybody, and so is nothing when nothing changed', async () => {
  const world = new OutboxWorld('a');
  world.news = [];
  world.configure('a');
  expect(world.news).toEqual([]);
  world.configure('a', 'b');
  expect(world.news).toEqual([undefined]);
  await world.settle();
});

test('closing gives up what waits and leaves no timer', async () => {
  const world = new OutboxWorld('a');
  world.sink('a').answer = () => down;
  world.happen('x', 'a', 'one');
  await world.pass(1_000);
  await world.outbox.close();
  expect(world.clock.pendingTimers).toBe(0);
  expect(world.sink('a').closed).toBe(1);
});
