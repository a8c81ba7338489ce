import { createHash } from 'node:crypto';

export interface StampInput {
  /** File contents by path relative to the module, in any order. */
  readonly files: Readonly<Record<string, string>>;
  /** The commands that build it: a changed flag is another build. */
  readonly commands: readonly (readonly string[])[];
  /** Operating system and processor, such as `linux/x64`. */
  readonly platform: string;
}

/** Names one build of one component: 16 hexadecimal digits of its sources, commands and platform. Pure. */
export function stampOf(input: StampInput): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(input.files).sort()) hash.update(JSON.stringify([name, input.files[name]]));
  hash.update(JSON.stringify([input.commands, input.platform]));
  return hash.digest('hex').slice(0, 16);
}
