import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureComponent } from '../cluster/binaries.ts';
import { type CommandResult, isOnPath, run } from '../cluster/command.ts';
import { ClusterFault } from '../cluster/fault.ts';

/** One line of a watch: what happened to which object. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

/** kubectl on one cluster: the machine's own, else the one that clusters from source bring along. */
export class Kubectl {
  readonly #program: string;
  readonly #kubeconfig: string;

  private constructor(program: string, kubeconfig: string) {
    this.#program = program;
    this.#kubeconfig = kubeconfig;
  }

  static async on(kubeconfig: string): Promise<Kubectl> {
    if (await isOnPath('kubectl')) return new Kubectl('kubectl', kubeconfig);
    return new Kubectl(path.join(await ensureComponent('kubernetes'), 'kubectl'), kubeconfig);
  }

  /** Runs to the end; the caller looks at the result. */
  try(args: readonly string[], input?: string): Promise<CommandResult> {
    const env = { KUBECONFIG: this.#kubeconfig };
    return run(this.#program, args, input === undefined ? { env } : { env, input });
  }

  /** Standard output; a failure is a fault that says what was being done. */
  async do(what: string, args: readonly string[], input?: string): Promise<string> {
    const result = await this.try(args, input);
    if (result.ok) return result.stdout;
    throw new ClusterFault(
      what,
      result.stderr.trim() || `kubectl ended with ${result.code}`,
      remedyFor(result),
    );
  }

  /** Calls `use` with each line that kubectl prints, until it ends; answers whether it succeeded. */
  lines(args: readonly string[], use: (line: string) => void): { done: Promise<boolean>; stop: () => void } {
    const child = spawn(this.#program, args, {
      env: { ...process.env, KUBECONFIG: this.#kubeconfig },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let partial = '';
    const feed = (text: string): void => {
      const lines = (partial + text).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) use(line);
    };
    child.stdout.setEncoding('utf8').on('data', feed);
    child.stderr.setEncoding('utf8').on('data', () => undefined);
    const done = new Promise<boolean>((resolve) => {
      child.on('error', () => resolve(false));
      child.on('close', (code) => resolve(code === 0));
    });
    return { done, stop: () => child.kill() };
  }

  /**
   * Watches a collection, from what is there now on, until `stop`. The API server ends watches at its leisure;
   * the next one starts with all objects again, so `use` must not mind hearing of one twice.
   */
  watch(apiPath: string, use: (event: WatchEvent) => void, selector?: string): () => void {
    let isStopped = false;
    let current: { done: Promise<boolean>; stop: () => void } | undefined;
    const follow = async (): Promise<void> => {
      while (!isStopped) {
        current = this.lines(
          [
            'get',
            '--raw',
            `${apiPath}?watch=1${selector === undefined ? '' : `&labelSelector=${encodeURIComponent(selector)}`}`,
          ],
          (line) => {
            const event = parseWatchEvent(line);
            if (event !== undefined && !isStopped) use(event);
          },
        );
        const ended = await current.done;
        // A server that refuses is asked again, but not in a tight loop.
        if (!ended && !isStopped) await new Promise((wake) => setTimeout(wake, 1_000));
      }
    };
    void follow();
    return () => {
      isStopped = true;
      current?.stop();
    };
  }
}

/** Reads one line of a watch; undefined for anything else. Pure. */
export function parseWatchEvent(line: string): WatchEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== 'object' || parsed === null || !('type' in parsed) || !('object' in parsed))
      return undefined;
    return { type: String(parsed.type), object: parsed.object };
  } catch {
    return undefined; // cut off in the middle; the next watch says it again
  }
}

function remedyFor({ code }: CommandResult): string {
  return code === -1
    ? 'Install kubectl, or Go so that it can be built.'
    : 'Look at the cluster with: kubectl get pods --all-namespaces';
}
