import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failure } from '../kernel/errors.ts';
import { err, ok } from '../kernel/result.ts';
import { isRecord } from './api-status.ts';
import { type Change, ObjectStore, type Stored } from './store.ts';

interface Thing extends Stored {
  readonly color: string;
}

function raw(name: string, version: number, color: string, namespace = 'ns'): unknown {
  return { metadata: { name, namespace, resourceVersion: String(version) }, color };
}

function newStore(): { store: ObjectStore<Thing>; changes: Change<Thing>[] } {
  const changes: Change<Thing>[] = [];
  const store = new ObjectStore<Thing>(
    (value) => {
      const metadata = isRecord(value) && isRecord(value['metadata']) ? value['metadata'] : {};
      const color = isRecord(value) ? value['color'] : undefined;
      if (typeof color !== 'string') return err(failure('malformed', 'color: not a string'));
      const { name, namespace, resourceVersion } = metadata;
      return ok({
        metadata: {
          name: String(name),
          namespace: String(namespace),
          resourceVersion: String(resourceVersion),
        },
        color,
      });
    },
    (change) => changes.push(change),
  );
  store.addIndex('color', ({ color }) => [color]);
  return { store, changes };
}

const colors = (changes: readonly Change<Thing>[]): (string | undefined)[][] =>
  changes.map(({ before, after }) => [before?.color, after?.color]);

test('an update moves an object in its indexes and tells before and after', () => {
  const { store, changes } = newStore();
  store.put(raw('a', 1, 'red'));
  store.put(raw('a', 2, 'blue'));
  expect(store.byIndex('color', 'red')).toEqual([]);
  expect(store.byIndex('color', 'blue').map(({ metadata }) => metadata.name)).toEqual(['a']);
  store.remove(raw('a', 3, 'blue'));
  expect(store.byIndex('color', 'blue')).toEqual([]);
  expect(colors(changes)).toEqual([
    [undefined, 'red'],
    ['red', 'blue'],
    ['blue', undefined],
  ]);
});

test('an unreadable object is kept aside with the reason and harms no other', () => {
  const { store } = newStore();
  store.put(raw('good', 1, 'red'));
  store.put({ metadata: { name: 'bad', namespace: 'ns', resourceVersion: '2' }, color: 7 });
  expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['good']);
  expect(store.get('ns', 'bad')).toBeUndefined();
  expect(store.unreadable('ns', 'bad')).toBe('color: not a string');
  expect(store.unreadable('ns', 'good')).toBeUndefined();
  expect(store.unreadables('ns')).toMatchObject([
    { metadata: { name: 'bad', namespace: 'ns' }, why: 'color: not a string' },
  ]);
  expect(store.size).toEqual({ objects: 2, unreadable: 1 });
  store.put(raw('bad', 3, 'blue'));
  expect(store.unreadable('ns', 'bad')).toBeUndefined();
  expect(store.size).toEqual({ objects: 2, unreadable: 0 });
});

test('an index function that throws costs only the object it throws on', () => {
  const { store } = newStore();
  store.addIndex('picky', ({ color }) => {
    if (color === 'red') throw new Error('no red');
    return [color];
  });
  store.put(raw('a', 1, 'red'));
  store.put(raw('b', 2, 'blue'));
  expect(store.unreadable('ns', 'a')).toContain('no red');
  expect(store.byIndex('color', 'red')).toEqual([]);
  expect(store.byIndex('picky', 'blue')).toHaveLength(1);
});

test('reading an index that nobody declared is a bug', () => {
  expect(() => newStore().store.byIndex('size', 'big')).toThrow('no index size');
});

test('a list reports only differences and drops what it does not name', () => {
  const { store, changes } = newStore();
  for (const [name, version] of [
    ['same', 1],
    ['changed', 2],
    ['gone', 3],
  ] as const)
    store.put(raw(name, version, 'red'));
  changes.length = 0;
  const listing = store.beginListing();
  listing.item(raw('same', 1, 'red'));
  listing.item(raw('changed', 5, 'blue'));
  listing.item(raw('new', 4, 'green'));
  expect(changes).toEqual([]);
  listing.commit('6');
  expect(colors(changes)).toEqual([
    ['red', 'blue'],
    [undefined, 'green'],
    ['red', undefined],
  ]);
});

test('our own write shows at once, and older news about it is ignored', () => {
  const { store } = newStore();
  store.put(raw('a', 1, 'red'));
  store.adopt(raw('a', 5, 'blue'));
  store.put(raw('a', 3, 'green'));
  expect(store.get('ns', 'a')?.color).toBe('blue');
});

test('a list that is older than our own write keeps it', () => {
  const { store } = newStore();
  store.adopt(raw('a', 9, 'blue'));
  store.beginListing().commit('7');
  expect(store.get('ns', 'a')?.color).toBe('blue');
});

test('an answer that comes after the deletion was told does not bring an object back', () => {
  const { store } = newStore();
  store.put(raw('a', 4, 'red'));
  store.remove(raw('a', 5, 'red'));
  store.adopt(raw('a', 4, 'red'));
  expect(store.get('ns', 'a')).toBeUndefined();
});

test('after any sequence every index finds exactly what a scan finds', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const color = fc.constantFrom('red', 'blue', 'bad');
  const step = fc.record({ do: fc.constantFrom('put', 'remove', 'adopt', 'list'), name, color });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { store } = newStore();
      const value = (it: { name: string; color: string }, version: number): unknown => ({
        metadata: { name: it.name, namespace: 'ns', resourceVersion: String(version) },
        color: it.color === 'bad' ? 0 : it.color,
      });
      for (const [version, it] of steps.entries()) {
        if (it.do === 'list') {
          const listing = store.beginListing();
          listing.item(value(it, version + 1));
          listing.commit(String(version + 1));
          expect(store.size.objects).toBe(1);
        } else store[it.do](value(it, version + 1));
        for (const wanted of ['red', 'blue']) {
          const scanned = store.list().filter((thing) => thing.color === wanted);
          expect(new Set(store.byIndex('color', wanted))).toEqual(new Set(scanned));
        }
        expect(store.size.objects - store.size.unreadable).toBe(store.list().length);
      }
    }),
  );
});
