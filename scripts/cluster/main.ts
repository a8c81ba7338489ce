import { parseCommand, usage } from './arguments.ts';
import { down, load, status, up } from './cluster.ts';
import { ClusterFault } from './fault.ts';
import { say } from './progress.ts';

async function main(): Promise<number> {
  const command = parseCommand(process.argv.slice(2));
  switch (command.kind) {
    case 'wrong':
      say(`${command.message}\n${usage}`);
      return 2;
    case 'up': {
      const { plan } = await up(command.request, command.nodes);
      process.stdout.write(`export KUBECONFIG=${plan.kubeconfig}\n`);
      return 0;
    }
    case 'down':
      await down(command.name);
      return 0;
    case 'status':
      for (const line of await status()) process.stdout.write(`${line}\n`);
      return 0;
    case 'load':
      await load(command.name, command.archives);
      return 0;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof ClusterFault)) throw error;
  say(`error: ${error.message}`);
  process.exitCode = 1;
}
