import { apiPath, resources } from '../../../src/api/resources.ts';
import type { Api } from './api.ts';

const namespace = 'sluice-system';

/** Makes a KeptnConfig where it counts; a refusal is thrown. */
export async function makeConfig(api: Api, name: string, spec: object): Promise<void> {
  const config = {
    apiVersion: 'options.keptn.sh/v1alpha1',
    kind: 'KeptnConfig',
    metadata: { name, namespace },
    spec,
  };
  const answer = await api.request('POST', apiPath(resources.keptnconfigs, namespace), config);
  if (answer.status !== 201) throw new Error(answer.text);
}

/** Takes it away again, if it is there. */
export async function dropConfig(api: Api, name: string): Promise<void> {
  await api.request('DELETE', apiPath(resources.keptnconfigs, namespace, name));
}
