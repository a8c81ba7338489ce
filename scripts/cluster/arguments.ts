import { parseArgs } from 'node:util';
import { type ClusterRequest, clusterTypes } from './plan.ts';

export type ClusterCommand =
  | { readonly kind: 'up'; readonly request: ClusterRequest; readonly nodes: number }
  | { readonly kind: 'down'; readonly name: string }
  | { readonly kind: 'status' }
  | { readonly kind: 'load'; readonly name: string; readonly archives: readonly string[] }
  | { readonly kind: 'wrong'; readonly message: string };

export const usage = `usage: node scripts/cluster/main.ts up     [--type control-plane|kwok|node] [--name NAME] [--port PORT] [--nodes N]
       node scripts/cluster/main.ts down   [--name NAME]
       node scripts/cluster/main.ts status
       node scripts/cluster/main.ts load   [--name NAME] ARCHIVE...`;

const options = {
  type: { type: 'string', default: 'node' },
  name: { type: 'string', default: 'sluice' },
  port: { type: 'string', default: '16443' },
  nodes: { type: 'string', default: '5' },
} as const;

/** Reads the command line; a mistake comes back as `wrong` with a sentence that names the argument. Pure. */
export function parseCommand(args: readonly string[]): ClusterCommand {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
  const [verb, ...rest] = parsed.positionals;
  const { name } = parsed.values;
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
    return wrong(`--name ${name}: a name is 1 to 40 lower-case letters, digits and dashes`);
  }
  if (verb === 'load') {
    return rest.length === 0
      ? wrong('load: name at least one image archive')
      : { kind: 'load', name, archives: rest };
  }
  if (rest.length > 0) return wrong(`${rest[0]}: nothing is expected after "${verb}"`);
  if (verb === 'up') return parseUp(name, parsed.values);
  if (verb === 'down') return { kind: 'down', name };
  if (verb === 'status') return { kind: 'status' };
  return wrong(verb === undefined ? 'say what to do' : `${verb}: there is no such command`);
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options, allowPositionals: true });
}

function parseUp(name: string, values: { type: string; port: string; nodes: string }): ClusterCommand {
  const type = clusterTypes.find((known) => known === values.type);
  if (type === undefined) return wrong(`--type ${values.type}: it is one of ${clusterTypes.join(', ')}`);
  const port = wholeNumber(values.port);
  if (port === undefined || port < 1024 || port > 65_535) {
    return wrong(`--port ${values.port}: a port is a number from 1024 to 65535`);
  }
  const nodes = wholeNumber(values.nodes);
  if (nodes === undefined || nodes < 1 || nodes > 5_000)
    return wrong(`--nodes ${values.nodes}: a number from 1 to 5000`);
  return { kind: 'up', request: { type, name, port }, nodes };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

function wrong(message: string): ClusterCommand {
  return { kind: 'wrong', message };
}
