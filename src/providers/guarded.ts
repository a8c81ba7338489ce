import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { Connected, Driver, ProviderContext } from './provider.ts';

/**
 * A driver whose errors, notes and raw answers never show what the Secret or the address of the provider holds, not even
 * where a backend repeats it, and which never throws: what it throws is a bug, given as an error (internal).
 */
export function guarded(driver: Driver): Driver {
  return {
    connect: (context) => {
      const hide = hider(context);
      const connected = safely(() => driver.connect(context));
      return connected.ok ? ok(guard(connected.value, hide)) : err(hidden(connected.error, hide));
    },
  };
}

type Hide = (text: string) => string;

function guard(connected: Connected, hide: Hide): Connected {
  return {
    fetch: async (query, signal) => {
      let result: Awaited<ReturnType<Connected['fetch']>>;
      try {
        result = await connected.fetch(query, signal);
      } catch (thrown) {
        result = err(bug(thrown));
      }
      if (!result.ok) return err(hidden(result.error, hide));
      const { raw, note } = result.value;
      return ok({ ...result.value, raw: hide(raw), ...(note !== undefined && { note: hide(note) }) });
    },
  };
}

function safely<T>(run: () => Result<T, SluiceError>): Result<T, SluiceError> {
  try {
    return run();
  } catch (thrown) {
    return err(bug(thrown));
  }
}

function bug(thrown: unknown): SluiceError {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  const message = thrown instanceof Error ? thrown.message.slice(0, 200) : '';
  return failure('internal', `a bug in the driver of this provider: ${name} ${message}`);
}

function hidden(error: SluiceError, hide: Hide): SluiceError {
  return { ...error, message: hide(error.message) };
}

/** Shorter ones are found by chance in any text, and protect nothing. */
const shortestSecret = 4;

function hider({ secret, provider }: ProviderContext): Hide {
  const values = Object.entries(secret ?? {})
    .filter(([key]) => key !== 'user')
    .flatMap(([, value]) => partsOf(value));
  const password = URL.parse(provider.spec.targetServer)?.password ?? '';
  // As it stands in a header of basic authentication.
  const pair = [secret?.['user']?.trim() ?? '', secret?.['password']?.trim() ?? ''].join(':');
  const secrets = [...values, password, ...(pair === ':' ? [] : [pair])]
    .flatMap((value) => [value, encodeURIComponent(value), Buffer.from(value).toString('base64')])
    .filter((value) => value.length >= shortestSecret)
    // The longest first: one may hold another.
    .toSorted((a, b) => b.length - a.length);
  return (text) => secrets.reduce((left, value) => left.replaceAll(value, '***'), text);
}

/** A value, and where it is JSON every text in it. */
function partsOf(value: string): string[] {
  const text = value.trim();
  const found = [text];
  try {
    JSON.parse(text, (_key, part: unknown) => {
      if (typeof part === 'string') found.push(part);
      return part;
    });
  } catch {
    // Not JSON: the value as a whole is the secret.
  }
  return found;
}
