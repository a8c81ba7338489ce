import type { Api } from '../integration/lifecycle/api.ts';
import {
  type ControllerProcess,
  type Environment,
  freshEnvironment,
  type Sluice,
  spawnController,
  startSluice,
} from '../integration/lifecycle/sluice.ts';
import { Cable } from './cable.ts';

/**
 * The one Sluice that all sequences share: admission in this process, the controller in one that can be killed, both
 * behind a cable that can be cut. What one sequence does to it happens to all of them.
 */
export class Fleet {
  /** What was done to it and when, in milliseconds of this process's clock. */
  readonly log: { readonly atMs: number; readonly what: string }[] = [];
  readonly #cable: Cable;
  readonly #environment: Environment;
  readonly #webhook: Sluice;
  #running: ControllerProcess;
  #spare: Promise<ControllerProcess>;
  #turn: Promise<void> = Promise.resolve();

  private constructor(cable: Cable, webhook: Sluice, environment: Environment, running: ControllerProcess) {
    this.#cable = cable;
    this.#webhook = webhook;
    this.#environment = environment;
    this.#running = running;
    this.#spare = spawnController(environment);
  }

  /** Starts both; to be called from a running test. */
  static async start(api: Api, kubeconfig: string): Promise<Fleet> {
    const cable = await Cable.lay(kubeconfig);
    const environment = await freshEnvironment(cable.kubeconfig);
    const webhook = await startSluice(api, {
      roles: ['webhook'],
      environment: await freshEnvironment(cable.kubeconfig),
    });
    const running = await spawnController(environment);
    running.go();
    return new Fleet(cable, webhook, environment, running);
  }

  /** Asks the controller to end in order, and starts the next. */
  restart(): Promise<void> {
    return this.#inTurn('restart', () => this.#replace('SIGTERM', 0));
  }

  /** Kills the controller; the next one starts after a while. */
  kill(darkMs: number): Promise<void> {
    return this.#inTurn(`kill, ${darkMs} ms`, () => this.#replace('SIGKILL', darkMs));
  }

  /** Breaks every connection to the API server, for a while. */
  cut(darkMs: number): Promise<void> {
    return this.#inTurn(`cut, ${darkMs} ms`, async () => {
      this.#cable.cut();
      await pause(darkMs);
      this.#cable.mend();
    });
  }

  /** Resolves when nothing is being done to it. */
  steady(): Promise<void> {
    return this.#turn;
  }

  async stop(): Promise<void> {
    await this.#turn;
    this.#running.child.kill('SIGKILL');
    (await this.#spare).child.kill('SIGKILL');
    await this.#webhook.stop();
    this.#cable.close();
  }

  async #replace(signal: 'SIGTERM' | 'SIGKILL', darkMs: number): Promise<void> {
    const next = await this.#spare;
    this.#running.child.kill(signal);
    await this.#running.ended;
    await pause(darkMs);
    next.go();
    this.#running = next;
    this.#spare = spawnController(this.#environment);
  }

  #inTurn(what: string, act: () => Promise<void>): Promise<void> {
    const before = this.#turn;
    const mine = (async () => {
      await before;
      this.log.push({ atMs: performance.now(), what });
      await act();
    })();
    this.#turn = mine;
    return mine;
  }
}

/** How long something stays away is part of a sequence. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
