import type { Plugin } from 'esbuild';

/** A module that is replaced in the bundle. */
interface Replacement {
  /** What the import says. */
  readonly specifier: RegExp;
  /** Which files' imports are meant. */
  readonly importer: RegExp;
  readonly contents: string;
}

const clientConfig = /@kubernetes\/client-node\/dist\/config\.js$/;

/**
 * What @kubernetes/client-node's config module imports for its generated API clients. Sluice asks that module for
 * credentials and an agent only and makes its requests itself, so this is never run, and costs 25 MB resident.
 */
const replacements: readonly Replacement[] = [
  {
    specifier: /^undici$/,
    importer: /@kubernetes\/client-node\/dist\//,
    contents: `
      const absent = () => { throw new Error('undici is left out of this bundle: see scripts/leave-out.ts'); };
      export const fetch = absent;
      export class Agent { constructor() { absent(); } }
      export class ProxyAgent { constructor() { absent(); } }`,
  },
  {
    specifier: /^\.\/gen\/index\.js$/,
    importer: clientConfig,
    contents: `
      export { createConfiguration } from './gen/configuration.js';
      export { ServerConfiguration } from './gen/servers.js';`,
  },
];

/** Keeps code that no process of ours can reach out of the bundle. */
export const leaveOut: Plugin = {
  name: 'leave-out',
  setup: (build) => {
    for (const [index, { specifier, importer }] of replacements.entries()) {
      build.onResolve({ filter: specifier }, (args) =>
        importer.test(args.importer)
          ? { path: args.path, namespace: 'left-out', pluginData: { index, resolveDir: args.resolveDir } }
          : undefined,
      );
    }
    build.onLoad({ filter: /./, namespace: 'left-out' }, ({ pluginData }) => {
      const { index, resolveDir } = readPluginData(pluginData);
      return { contents: replacements[index]?.contents ?? '', resolveDir };
    });
  },
};

/** esbuild hands plugin data back untyped. */
function readPluginData(data: unknown): { readonly index: number; readonly resolveDir: string } {
  if (typeof data === 'object' && data !== null && 'index' in data && 'resolveDir' in data) {
    const { index, resolveDir } = data;
    if (typeof index === 'number' && typeof resolveDir === 'string') return { index, resolveDir };
  }
  throw new Error('plugin data of another plugin');
}
