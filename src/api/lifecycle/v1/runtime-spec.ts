import { resourcesSchema } from '../../core/container.ts';
import { name, type Rule, text, withRule, z } from '../../schema.ts';
import { nameRef, parametersSchema, secureParametersSchema } from './shared.ts';

const fields = z.object({
  functionRef: nameRef('Name of the KeptnTaskDefinition.')
    .describe('Take the code of another KeptnTaskDefinition and add parameters to it.')
    .optional(),
  inline: z
    .object({ code: name('The code.') })
    .describe('Code that is written here.')
    .optional(),
  httpRef: z
    .object({
      url: name('Address of the code, http or https.'),
      sha256: z
        .string()
        .regex(/^[0-9a-fA-F]{64}$/, 'is not a SHA-256; write its 64 hexadecimal digits')
        .describe('SHA-256 of the code in hexadecimal; code with another one does not run.')
        .optional(),
    })
    .describe('Code that is fetched when the task starts.')
    .optional(),
  configMapRef: nameRef('Name of the ConfigMap.')
    .describe('Code under the key code of a ConfigMap.')
    .optional(),
  parameters: parametersSchema.describe('Parameters for the code.').optional(),
  secureParameters: secureParametersSchema.describe('A Secret for the code.').optional(),
  cmdParameters: text('Arguments of the code, as one line.').optional(),
  resources: resourcesSchema
    .describe('CPU and memory of the container that runs the code; absent: a small request, no limit.')
    .optional(),
});

const sources = ['functionRef', 'inline', 'httpRef', 'configMapRef'] as const;

const oneSource: Rule<z.infer<typeof fields>> = {
  cel: '[has(self.functionRef), has(self.inline), has(self.httpRef), has(self.configMapRef)].filter(given, given).size() == 1',
  holds: (runtime) => sources.filter((source) => runtime[source] !== undefined).length === 1,
  message: 'needs exactly one of functionRef, inline, httpRef, configMapRef',
};

/** Where the code of a deno or python task comes from, and what is handed to it. */
export const runtimeSpecSchema = withRule(fields, oneSource);
export type RuntimeSpec = z.infer<typeof runtimeSpecSchema>;
