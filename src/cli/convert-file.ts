import { readSliFile, readSloFile } from '../api/slo/slo-file.ts';
import { toYaml } from '../api/yaml.ts';
import { type Converted, convertSli } from '../domain/slo/convert-sli.ts';
import { convertSlo } from '../domain/slo/convert-slo.ts';
import { failure, type SluiceError } from '../kernel/errors.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { ConvertArguments } from './args.ts';

/** What goes to standard output, and what is told beside it. */
export interface ConvertedFile {
  readonly yaml: string;
  readonly warnings: readonly string[];
}

const objectName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/**
 * Converts the text of a file of Keptn v1 as the options say. Errors: malformed, naming the option, the line or the field, and
 * what to write instead. Pure.
 */
export function convertFile(text: string, options: ConvertArguments): Result<ConvertedFile, SluiceError> {
  const { definition, provider } = options;
  if ((definition === undefined) === (provider === undefined)) {
    const both = 'give --definition NAME with an slo.yaml, or --provider NAME with an sli.yaml';
    return err(failure('malformed', definition === undefined ? both : `${both}, not both`));
  }
  const names = badName(options);
  if (names !== undefined) return err(failure('malformed', names));
  const converted = definition === undefined ? templates(text, options) : objectives(text, options);
  if (!converted.ok)
    return err(failure(converted.error.tag, `${nameOf(options.file)}: ${converted.error.message}`));
  const { objects, warnings } = converted.value;
  return ok({ yaml: objects.map((object) => `---\n${toYaml(object, { sorted: true })}`).join(''), warnings });
}

function badName({
  definition,
  templateNamespace,
  provider,
  providerNamespace,
}: ConvertArguments): string | undefined {
  const given = Object.entries({
    '--definition': definition,
    '--template-namespace': templateNamespace,
    '--provider': provider,
    '--provider-namespace': providerNamespace,
  });
  const bad = given.find(([, name]) => name !== undefined && (!objectName.test(name) || name.length > 253));
  if (bad === undefined) return undefined;
  return `${bad[0]}: "${bad[1]}" is no name of an object; use at most 253 lower-case letters, digits, "-" and "."`;
}

function objectives(
  text: string,
  { definition = '', templateNamespace }: ConvertArguments,
): Result<Converted, SluiceError> {
  const file = readSloFile(text);
  if (!file.ok) return withRemedy(file.error);
  if (file.value === undefined) return err(failure('malformed', 'the file is empty; give an slo.yaml'));
  return convertSlo(file.value, {
    name: definition,
    ...(templateNamespace === undefined ? {} : { templateNamespace }),
  });
}

function templates(
  text: string,
  { provider = '', providerNamespace }: ConvertArguments,
): Result<Converted, SluiceError> {
  const file = readSliFile(text);
  if (!file.ok) return withRemedy(file.error);
  const converted = convertSli(file.value ?? {}, {
    name: provider,
    ...(providerNamespace === undefined ? {} : { namespace: providerNamespace }),
  });
  if (!converted.ok || converted.value.objects.length > 0) return converted;
  return ok({ objects: [], warnings: ['the file has no indicators; there is nothing to write'] });
}

function withRemedy({ tag, message }: SluiceError): Result<never, SluiceError> {
  const firstLine = message.split('\n')[0] ?? '';
  return err(failure(tag, `${firstLine.replace(/:$/, '')}; correct this in the file and convert it again`));
}

function nameOf(file: string | undefined): string {
  return file === undefined || file === '-' ? 'standard input' : file;
}
