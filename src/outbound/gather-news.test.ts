import { expect, test } from 'vitest';
import { OutboxWorld } from '../../test/builders/outbox-world.ts';
import { gatherNews } from './gather-news.ts';

const withinMs = 250;

function listen(): { world: OutboxWorld; news: (string | undefined)[]; end: () => void } {
  const world = new OutboxWorld('ci');
  const news: (string | undefined)[] = [];
  const end = gatherNews(world.outbox, world.clock, withinMs).onNews((lane) => news.push(lane?.app));
  return { world, news, end };
}

test('news of a lane within a moment is told once, and again when more comes', async () => {
  const { world, news } = listen();
  world.happen('a', 'ci', '1');
  await world.settle();
  world.happen('a', 'ci', '2');
  world.happen('b', 'ci', '3');
  await world.settle();
  expect(news).toEqual([]);
  world.clock.advance(withinMs + 1);
  expect(news).toEqual(['a', 'b']);
  world.happen('a', 'ci', '4');
  await world.settle();
  world.clock.advance(withinMs + 1);
  expect(news).toEqual(['a', 'b', 'a']);
});

test('that the receivers changed is told at once', () => {
  const { world, news } = listen();
  world.configure('ci', 'chat');
  expect(news).toEqual([undefined]);
});

test('whoever no longer listens is told nothing', async () => {
  const { world, news, end } = listen();
  world.happen('a', 'ci', '1');
  await world.settle();
  end();
  world.clock.advance(withinMs + 1);
  world.configure();
  expect(news).toEqual([]);
});
