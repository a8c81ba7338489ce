import { defineKind, wholeObject } from '../../kind.ts';
import { name, z } from '../../schema.ts';
import { lifecycleGroup } from './group.ts';
import { conditionsOnlySchema } from './shared.ts';

/** KeptnAppCreationRequest: workloads were seen whose KeptnApp may have to be written. */
export const keptnAppCreationRequestKind = defineKind({
  group: lifecycleGroup,
  kind: 'KeptnAppCreationRequest',
  plural: 'keptnappcreationrequests',
  versions: ['v1alpha3', 'v1beta1', 'v1'],
  description:
    'Says that workloads of an app were seen, so that its KeptnApp is written. Made and deleted by the controller.',
  notes: [
    'The status was a text that nobody wrote; here it is an object with conditions, as in every other kind.',
  ],
  spec: z.object({ appName: name('Name of the KeptnApp to write.') }).describe('What is asked for.'),
  status: conditionsOnlySchema.describe('What is known about the request.'),
  example: { name: 'shop', spec: { appName: 'shop' } },
});
export const keptnAppCreationRequestSchema = wholeObject(keptnAppCreationRequestKind);
export type KeptnAppCreationRequest = z.infer<typeof keptnAppCreationRequestSchema>;
