import path from 'node:path';
import { ensureComponent } from '../cluster/binaries.ts';
import { type CommandResult, run } from '../cluster/command.ts';
import { ClusterFault } from '../cluster/fault.ts';

/** Where the chart is. */
export const chartDir = path.join(import.meta.dirname, '../../manifests/chart');

/** helm on one cluster, or on none: it then renders and checks only. */
export class Helm {
  readonly #program: string;
  readonly #kubeconfig: string | undefined;

  private constructor(program: string, kubeconfig: string | undefined) {
    this.#program = program;
    this.#kubeconfig = kubeconfig;
  }

  /** The one that is built here, which all machines have alike. */
  static async built(kubeconfig?: string): Promise<Helm> {
    return new Helm(path.join(await ensureComponent('helm'), 'helm'), kubeconfig);
  }

  /** Runs to the end; the caller looks at the result. */
  try(args: readonly string[], input = ''): Promise<CommandResult> {
    // Without a kubeconfig none of this machine's may be taken.
    return run(this.#program, args, { env: { KUBECONFIG: this.#kubeconfig ?? '/dev/null' }, input });
  }

  /** Standard output; a failure is a fault that says what was being done. */
  async do(what: string, args: readonly string[], input = ''): Promise<string> {
    const result = await this.try(args, input);
    if (result.ok) return result.stdout;
    const why = result.stderr.trim() || `helm ended with ${result.code}`;
    throw new ClusterFault(what, why, 'Look at the release with: helm status sluice -n sluice-system');
  }
}
