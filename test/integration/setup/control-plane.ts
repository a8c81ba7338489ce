import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a kubeconfig whose user may do everything. */
    kubeconfig: string;
  }
}

/** Hands the kubeconfig of a running API server to the tests. */
export default function setup(project: TestProject): void {
  const kubeconfig = process.env['SLUICE_KUBECONFIG'];
  if (kubeconfig === undefined)
    throw new Error('SLUICE_KUBECONFIG must name the kubeconfig of a test cluster');
  project.provide('kubeconfig', kubeconfig);
}
