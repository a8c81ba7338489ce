import { failure, type SluiceError } from '../../src/kernel/errors.ts';
import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { KeeperEvent, KeeperPorts, StoredCertificates } from '../../src/pki/keeper.ts';
import { defaultPolicy } from '../../src/pki/plan.ts';
import type { CertificateData } from '../../src/pki/stored.ts';

/** Options of a keeper for this machine. */
export const keeperOptions = {
  wanted: { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] },
  policy: defaultPolicy,
  isExternal: false,
};

/** A Secret in memory that honours the precondition, and everything that a keeper did to its ports. */
export class KeeperWorld {
  now = new Date('2026-01-01T00:00:00Z');
  stored: StoredCertificates | undefined;
  readonly log: string[] = [];
  readonly events: KeeperEvent[] = [];
  bundle = '';
  served = '';
  timers: { at: number; call: () => void }[] = [];
  injectError: SluiceError | undefined;

  write(data: CertificateData, resourceVersion: string | undefined): Result<void, SluiceError> {
    if (resourceVersion !== this.stored?.resourceVersion) return err(failure('conflict', 'too late'));
    this.stored = { data, resourceVersion: String(Number(resourceVersion ?? 0) + 1) };
    this.log.push('write');
    return ok(undefined);
  }

  /** Ports of one keeper; `serve` is its listener. */
  ports(serve: (cert: string) => void = () => undefined): KeeperPorts {
    return {
      store: {
        read: () => Promise.resolve(ok(this.stored)),
        write: (data, resourceVersion) => Promise.resolve(this.write(data, resourceVersion)),
      },
      injector: {
        current: () => Promise.resolve(ok(this.bundle)),
        inject: (pem) => {
          if (this.injectError !== undefined) return Promise.resolve(err(this.injectError));
          if (pem !== this.bundle) this.log.push('inject');
          this.bundle = pem;
          return Promise.resolve(ok(undefined));
        },
      },
      sink: {
        use: ({ cert }) => {
          serve(cert);
          this.served = cert;
          this.log.push('serve');
          return ok(undefined);
        },
      },
      clock: {
        now: () => this.now,
        after: (ms, call) => {
          const timer = { at: this.now.getTime() + ms, call };
          this.timers.push(timer);
          return {
            cancel: () => {
              this.timers = this.timers.filter((other) => other !== timer);
            },
          };
        },
      },
      report: (event) => this.events.push(event),
    };
  }
}
