import { chartDir, Helm } from '../../../scripts/chart/helm.ts';
import type { CommandResult } from '../../../scripts/cluster/command.ts';
import { Kubectl } from '../../../scripts/install/kubectl.ts';
import type { Values } from '../rendered.ts';

/** The namespace of the release. */
export const home = 'sluice-system';
const release = ['sluice', chartDir, '--namespace', home];

/** A cluster as somebody with helm and kubectl sees it. */
export class Place {
  readonly helm: Helm;
  readonly kubectl: Kubectl;

  private constructor(helm: Helm, kubectl: Kubectl) {
    this.helm = helm;
    this.kubectl = kubectl;
  }

  static async on(kubeconfig: string): Promise<Place> {
    return new Place(await Helm.built(kubeconfig), await Kubectl.on(kubeconfig));
  }

  /** `helm install --wait`, or another verb of the same form; what Helm says. */
  async release(
    verb: 'install' | 'upgrade',
    values: Values = {},
    ...more: readonly string[]
  ): Promise<string> {
    return this.helm.do(verb, this.#releasing(verb, more), JSON.stringify(values));
  }

  tryRelease(
    verb: 'install' | 'upgrade',
    values: Values,
    ...more: readonly string[]
  ): Promise<CommandResult> {
    return this.helm.try(this.#releasing(verb, more), JSON.stringify(values));
  }

  #releasing(verb: string, more: readonly string[]): readonly string[] {
    return [verb, ...release, '--values', '-', '--wait', '--timeout', '100s', ...more];
  }

  /** `helm uninstall`; both of what it says. */
  async uninstall(...more: readonly string[]): Promise<CommandResult & { readonly said: string }> {
    const done = await this.helm.try([
      'uninstall',
      'sluice',
      '--namespace',
      home,
      '--timeout',
      '100s',
      ...more,
    ]);
    return { ...done, said: done.stdout + done.stderr };
  }

  /** Standard output of kubectl, trimmed. */
  async ask(...args: readonly string[]): Promise<string> {
    return (await this.kubectl.do(args.join(' '), args)).trim();
  }

  /** Applies YAML. */
  async apply(yaml: string): Promise<void> {
    await this.kubectl.do('the objects', ['apply', '--server-side', '--force-conflicts', '-f', '-'], yaml);
  }

  /** One field of an object, by JSONPath. */
  field(kind: string, name: string, path: string, namespace = home): Promise<string> {
    return this.ask('get', kind, name, '-n', namespace, '-o', `jsonpath={${path}}`);
  }

  /** Names of objects of these kinds. */
  async names(kinds: string, ...more: readonly string[]): Promise<readonly string[]> {
    const text = await this.ask('get', kinds, ...more, '--ignore-not-found', '-o', 'name');
    return text === '' ? [] : text.split('\n');
  }

  /** Gates of the pods of a Deployment, as `name gate,gate`. */
  async pods(namespace: string, app: string): Promise<readonly string[]> {
    const format = 'jsonpath={range .items[*]}{.status.phase} {.spec.schedulingGates[*].name}{"\\n"}{end}';
    const text = await this.ask('get', 'pods', '-n', namespace, '-l', `app=${app}`, '-o', format);
    return text.split('\n').map((line) => line.trim());
  }

  /** Reasons of the Events about the pods of a namespace. */
  async reasons(namespace: string): Promise<readonly string[]> {
    const selector = 'involvedObject.kind=Pod';
    const format = 'jsonpath={range .items[*]}{.reason}{"\\n"}{end}';
    const text = await this.ask('get', 'events', '-n', namespace, '--field-selector', selector, '-o', format);
    return text.split('\n');
  }
}

/** A namespace that opts in. */
export const namespaceOf = (name: string): string => `
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: {keptn.sh/lifecycle-toolkit: enabled}}
`;

/** A check that passes at once. */
export const passing = (namespace: string, name: string): string => `
apiVersion: lifecycle.keptn.sh/v1
kind: KeptnTaskDefinition
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  python: {inline: {code: "print('passed')"}}
`;

/** A Deployment of one pod with a check before it. */
export const deployment = (namespace: string, name: string, check: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata:
      labels: {app: ${name}}
      annotations:
        keptn.sh/workload: ${name}
        keptn.sh/version: 1.0.0
        keptn.sh/pre-deployment-tasks: ${check}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: docker.io/library/busybox:latest
          imagePullPolicy: IfNotPresent
          command: [sleep, '3600']
`;
