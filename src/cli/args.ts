import { Command, InvalidArgumentError, Option } from 'commander';

const roles = ['webhook', 'controller'] as const;

/** Options of `serve`, parsed. */
export interface ServeArguments {
  readonly roles: readonly (typeof roles)[number][];
  readonly webhookUrl?: URL;
  readonly election: boolean;
}

/** What a user wants explained. */
export interface ExplainArguments {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** What each command does; gives the exit code. */
export interface Commands {
  readonly serve: (options: ServeArguments) => Promise<number>;
  readonly explain: (options: ExplainArguments) => Promise<number>;
}

/** Parses the command line and runs the command it names. Exits by itself for help, version and wrong arguments. */
export async function runCommandLine(
  argv: readonly string[],
  version: string,
  commands: Commands,
): Promise<number> {
  let exitCode = 0;
  const program = new Command('sluice')
    .description('Holds a Kubernetes deployment at the scheduler until its checks pass.')
    .version(version)
    .showHelpAfterError();
  program
    .command('serve')
    .description('run the webhook, the controller, or both')
    .addOption(
      new Option('--roles <list>', 'comma-separated: webhook, controller')
        .argParser(parseRoles)
        .default(roles, 'both'),
    )
    .addOption(
      new Option(
        '--webhook-url <url>',
        'where the API server reaches the webhook, instead of its Service',
      ).argParser(parseUrl),
    )
    .option('--no-election', 'act without a lease; only where no other process runs')
    .action(async (options: ServeArguments) => {
      exitCode = await commands.serve(options);
    });
  program
    .command('explain')
    .description('say why a pod, workload or app waits and what would let it go on, or how an analysis ended')
    .argument('<kind>', 'pod, workload, app or analysis')
    .argument('<name>', 'its name')
    .option('-n, --namespace <namespace>', 'its namespace', 'default')
    .action(async (kind: string, name: string, options: { namespace: string }) => {
      exitCode = await commands.explain({ kind, name, namespace: options.namespace });
    });
  await program.parseAsync([...argv]);
  return exitCode;
}

function parseRoles(text: string): ServeArguments['roles'] {
  return text.split(',').map((given) => {
    const role = roles.find((known) => known === given.trim());
    if (role === undefined)
      throw new InvalidArgumentError(`"${given}" is no role; use ${roles.join(' or ')}`);
    return role;
  });
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:') throw new InvalidArgumentError('write it as https://HOST:PORT');
  return url;
}
