import { Command, InvalidArgumentError, Option } from 'commander';
import { type GatedPodChoice, gatedPodChoices } from '../domain/uninstall.ts';

const roles = ['webhook', 'controller', 'metrics-api'] as const;
/** The custom metrics API is for clusters where no other adapter has its group: it is asked for. */
const usualRoles = ['webhook', 'controller'] as const;

/** Options of `serve`, parsed. */
export interface ServeArguments {
  readonly roles: readonly (typeof roles)[number][];
  readonly webhookUrl?: URL;
  readonly election: boolean;
  /** Port of the custom metrics API where Keptn's argument names one. */
  readonly metricsApiPort?: number;
}

/** What a user wants explained. */
export interface ExplainArguments {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** A release whose trace is drawn. */
export interface TraceArguments {
  readonly app: string;
  readonly namespace: string;
  /** Version of the app; absent: the newest. */
  readonly version?: string;
}

/** A file of Keptn v1 to convert; which of both kinds it is, the options say. */
export interface ConvertArguments {
  /** Path, or `-` for standard input. */
  readonly file: string | undefined;
  /** Name of the AnalysisDefinition to make of an slo.yaml. */
  readonly definition: string | undefined;
  readonly templateNamespace: string | undefined;
  /** Name of the provider of the templates to make of an sli.yaml. */
  readonly provider: string | undefined;
  readonly providerNamespace: string | undefined;
}

const doraOutputs = ['table', 'json', 'csv'] as const;

/** Which DORA numbers a user wants, and how. */
export interface DoraArguments {
  readonly app?: string;
  readonly namespace?: string;
  readonly environment?: string;
  /** Such as `30d`. */
  readonly window: string;
  readonly output: (typeof doraOutputs)[number];
}

/** How Sluice is about to be removed. */
export interface PrepareUninstallArguments {
  /** What becomes of pods that wait for their checks. */
  readonly gatedPods: GatedPodChoice;
}

/** What each command does; gives the exit code. */
export interface Commands {
  readonly serve: (options: ServeArguments) => Promise<number>;
  readonly explain: (options: ExplainArguments) => Promise<number>;
  readonly convert: (options: ConvertArguments) => Promise<number>;
  readonly dora: (options: DoraArguments) => Promise<number>;
  readonly trace: (options: TraceArguments) => Promise<number>;
  readonly prepareUninstall: (options: PrepareUninstallArguments) => Promise<number>;
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
    // So that a command may have an option --version of its own.
    .enablePositionalOptions()
    .showHelpAfterError();
  program
    .command('serve')
    .description('run the webhook, the controller, the custom metrics API, or several of them')
    .addOption(
      new Option('--roles <list>', 'comma-separated: webhook, controller, metrics-api')
        .argParser(parseRoles)
        .default(usualRoles, 'webhook,controller'),
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
  addKeptnCommand(program, async (options) => {
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
  addTrace(program).action(async (app: string, given: Omit<TraceArguments, 'app'>) => {
    exitCode = await commands.trace({ app, ...given });
  });
  addConvert(program).action(async (file: string | undefined, given: ConvertOptions) => {
    exitCode = await commands.convert(convertArguments(file, given));
  });
  addDora(program).action(async (options: DoraArguments) => {
    exitCode = await commands.dora(options);
  });
  addPrepareUninstall(program).action(async (options: PrepareUninstallArguments) => {
    exitCode = await commands.prepareUninstall(options);
  });
  await program.parseAsync([...argv]);
  return exitCode;
}

/**
 * What the chart of Keptn's metrics operator starts its process with. There the first word keeps every flag after it from
 * being read; here they count. Election, certificates and probes are always on and need no argument.
 */
function addKeptnCommand(program: Command, run: (options: ServeArguments) => Promise<void>): void {
  program
    .command('webhook-server', { hidden: true })
    .description("serve what Keptn's metrics operator did: its controllers and the custom metrics API")
    .option('--adapter-port <port>', 'port of the custom metrics API', parsePort)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async ({ adapterPort }: { readonly adapterPort?: number }) => {
      const port = adapterPort === undefined ? {} : { metricsApiPort: adapterPort };
      await run({ roles: ['controller', 'metrics-api'], election: true, ...port });
    });
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('it is a number from 1 to 65535');
  return port;
}

function addTrace(program: Command): Command {
  return program
    .command('trace')
    .description(
      'draw what happened in a release of an app: phases, workloads and checks, and how long they took',
    )
    .argument('<app>', 'name of the KeptnApp')
    .option('-n, --namespace <namespace>', 'its namespace', 'default')
    .option('--version <version>', 'a version of the app; absent: the newest');
}

/** Options of `convert` as they are written; those of Keptn's converter mean the same. */
type ConvertOptions = Partial<Record<keyof typeof convertOptions | (typeof keptnOptions)[number], string>>;

const convertOptions = {
  definition: 'for an slo.yaml: name of the AnalysisDefinition to make',
  templateNamespace: 'for an slo.yaml: where its templates are; absent: with the definition',
  provider: 'for an sli.yaml: name of the KeptnMetricsProvider of the templates to make',
  providerNamespace: 'for an sli.yaml: where the provider is; absent: with the definition',
} as const;

const keptnOptions = [
  'convertSlo',
  'convertSli',
  'analysisDefinitionName',
  'analysisValueTemplateNamespace',
  'keptnProviderName',
  'keptnProviderNamespace',
] as const;

function addConvert(program: Command): Command {
  const command = program
    .command('convert')
    .description(
      'make an AnalysisDefinition of an slo.yaml, or AnalysisValueTemplates of an sli.yaml, of Keptn v1',
    )
    .argument('[file]', 'the file, or - for standard input');
  for (const [name, text] of Object.entries(convertOptions)) command.option(`--${dashed(name)} <name>`, text);
  for (const name of keptnOptions) {
    command.addOption(new Option(`--${dashed(name)} <name>`).hideHelp());
  }
  return command;
}

function addDora(program: Command): Command {
  return program
    .command('dora')
    .description(
      'tell how often apps are deployed, how long changes take, how many fail and how soon that is mended',
    )
    .option('--app <app>', 'of this app only')
    .option('-n, --namespace <namespace>', 'of this namespace only')
    .option('--environment <environment>', 'of this environment only; "unknown" for releases that name none')
    .option('--window <window>', 'hours, days or weeks up to now', '30d')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(doraOutputs).default('table'));
}

function addPrepareUninstall(program: Command): Command {
  return program
    .command('prepare-uninstall')
    .description(
      'before Sluice is removed: take its registrations away, and keep or release the pods that wait',
    )
    .addOption(
      new Option(
        '--gated-pods <choice>',
        'pods that wait for their checks: keep them waiting, or release them unchecked',
      )
        .choices(gatedPodChoices)
        .default(gatedPodChoices[0]),
    );
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function convertArguments(file: string | undefined, given: ConvertOptions): ConvertArguments {
  return {
    file: file ?? given.convertSlo ?? given.convertSli,
    definition: given.definition ?? given.analysisDefinitionName,
    templateNamespace: given.templateNamespace ?? given.analysisValueTemplateNamespace,
    provider: given.provider ?? given.keptnProviderName,
    providerNamespace: given.providerNamespace ?? given.keptnProviderNamespace,
  };
}

function parseRoles(text: string): ServeArguments['roles'] {
  return text.split(',').map((given) => {
    const role = roles.find((known) => known === given.trim());
    if (role === undefined) throw new InvalidArgumentError(`"${given}" is no role; use ${roles.join(', ')}`);
    return role;
  });
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:') throw new InvalidArgumentError('write it as https://HOST:PORT');
  return url;
}
