import { expect, test } from 'vitest';
import { parseCommand } from './arguments.ts';

test('up without more is a real node named sluice on 16443', () => {
  expect(parseCommand(['up'])).toEqual({
    kind: 'up',
    request: { type: 'node', name: 'sluice', port: 16_443 },
    nodes: 5,
  });
});

test('load takes the name and the archives', () => {
  expect(parseCommand(['load', '--name', 'a', 'x.tar', 'y.tar'])).toEqual({
    kind: 'load',
    name: 'a',
    archives: ['x.tar', 'y.tar'],
  });
});

test.each([
  [[], 'say what to do'],
  [['fly'], 'fly: there is no such command'],
  [['up', '--type', 'big'], '--type big: it is one of control-plane, kwok, node'],
  [['up', '--port', '80'], '--port 80: a port is a number from 1024 to 65535'],
  [['up', '--port', '16443x'], '--port 16443x: a port is a number from 1024 to 65535'],
  [['up', '--nodes', '0'], '--nodes 0: a number from 1 to 5000'],
  [['up', '--name', '../x'], '--name ../x: a name is 1 to 40 lower-case letters, digits and dashes'],
  [['down', '--name', ''], '--name : a name is 1 to 40 lower-case letters, digits and dashes'],
  [['down', 'x'], 'x: nothing is expected after "down"'],
  [['load'], 'load: name at least one image archive'],
])('%j is refused: %s', (args, message) => {
  expect(parseCommand(args)).toEqual({ kind: 'wrong', message });
});

test('an unknown option is named', () => {
  const command = parseCommand(['up', '--sise', '3']);
  expect(command.kind === 'wrong' ? command.message : '').toContain('--sise');
});
