/** One thing that is built once from Go modules into the user's cache, with a stamp of its own. */
export interface Component {
  readonly name: ComponentName;
  /** What is said while it builds. */
  readonly title: string;
  /** Folder under `modules/`; undefined when `go install` names the module itself. */
  readonly module?: string;
  readonly builds: readonly GoBuild[];
  /** Further names under which `kube`-like multi-call programs are run. */
  readonly links?: Readonly<Record<string, string>>;
  /** Files to copy out of a module's sources, by the name that they get. */
  readonly files?: { readonly module: string; readonly paths: Readonly<Record<string, string>> };
  /** Debian packages with the program or file that shows that each is there. */
  readonly needs?: Readonly<Record<string, string>>;
}

export interface GoBuild {
  /** Arguments of `go`; `OUT/` stands for the folder that receives the programs. */
  readonly args: readonly string[];
  readonly cgo: boolean;
}

export const componentNames = [
  'kubernetes',
  'etcd',
  'node',
  'cni',
  'pause',
  'kwok',
  'collector',
  'helm',
] as const;
export type ComponentName = (typeof componentNames)[number];

export const kubernetesVersion = '1.36.3';
export const kwokVersion = '0.8.0';
export const containerdVersion = '2.2.0';
const helmVersion = '4.3.1';

const versionPackage = 'k8s.io/component-base/version';
const [major, minor] = kubernetesVersion.split('.');
// Without the version `kubectl version` and all behaviour gated by version break.
const kubeFlags = `-s -w -X ${versionPackage}.gitVersion=v${kubernetesVersion} -X ${versionPackage}.gitMajor=${major} -X ${versionPackage}.gitMinor=${minor}`;
const containerd = 'github.com/containerd/containerd/v2';
const plugins = 'github.com/containernetworking/plugins/plugins';

/** Programs that one binary holds, chosen by the name that it is called under. */
export const kubePrograms = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'kubectl',
] as const;

export const components: Readonly<Record<ComponentName, Component>> = {
  kubernetes: {
    name: 'kubernetes',
    title: `building Kubernetes ${kubernetesVersion} (once; about 5 minutes on 2 cores)`,
    module: 'kubernetes',
    builds: [
      {
        cgo: false,
        args: [
          'build',
          '-v',
          '-trimpath',
          '-tags',
          'providerless',
          '-ldflags',
          kubeFlags,
          '-o',
          'OUT/kube',
          '.',
        ],
      },
    ],
    links: Object.fromEntries(kubePrograms.map((name) => [name, 'kube'])),
  },
  etcd: {
    name: 'etcd',
    title: 'building etcd (once; about 1 minute on 2 cores)',
    module: 'etcd',
    builds: [{ cgo: false, args: ['build', '-v', '-trimpath', '-ldflags', '-s -w', '-o', 'OUT/etcd', '.'] }],
  },
  node: {
    name: 'node',
    title: `building containerd ${containerdVersion} and runc (once; about 2 minutes on 2 cores)`,
    module: 'node',
    builds: [
      {
        cgo: false,
        args: [
          ...[
            'build',
            '-v',
            '-trimpath',
            '-ldflags',
            `-s -w -X ${containerd}/version.Version=${containerdVersion}`,
            '-o',
            'OUT/',
          ],
          ...['containerd', 'containerd-shim-runc-v2', 'ctr'].map((name) => `${containerd}/cmd/${name}`),
        ],
      },
      // Without the seccomp tag every pod that kubelet starts fails.
      {
        cgo: true,
        args: [
          'build',
          '-v',
          '-trimpath',
          '-tags',
          'seccomp',
          '-ldflags',
          '-s -w',
          '-o',
          'OUT/',
          'github.com/opencontainers/runc',
        ],
      },
    ],
    needs: { gcc: 'gcc', 'pkg-config': 'pkg-config', 'libseccomp-dev': '/usr/include/seccomp.h' },
  },
  cni: {
    name: 'cni',
    title: 'building the CNI plugins (once; about 20 seconds)',
    module: 'cni',
    builds: [
      {
        cgo: false,
        args: [
          ...['build', '-v', '-trimpath', '-ldflags', '-s -w', '-o', 'OUT/'],
          ...['main/bridge', 'main/loopback', 'ipam/host-local', 'meta/portmap'].map(
            (name) => `${plugins}/${name}`,
          ),
        ],
      },
    ],
  },
  pause: {
    name: 'pause',
    title: 'building pause (once; seconds)',
    module: 'pause',
    builds: [{ cgo: false, args: ['build', '-v', '-trimpath', '-ldflags', '-s -w', '-o', 'OUT/pause', '.'] }],
  },
  collector: {
    name: 'collector',
    title: 'building the OpenTelemetry Collector (once; about 2 minutes on 2 cores)',
    module: 'collector',
    builds: [
      { cgo: false, args: ['build', '-v', '-trimpath', '-ldflags', '-s -w', '-o', 'OUT/collector', '.'] },
    ],
  },
  kwok: {
    name: 'kwok',
    title: `building kwok ${kwokVersion} (once; about 3 minutes on 2 cores)`,
    builds: [
      {
        cgo: false,
        args: [
          'install',
          '-v',
          '-trimpath',
          '-ldflags',
          '-s -w',
          `sigs.k8s.io/kwok/cmd/kwok@v${kwokVersion}`,
        ],
      },
    ],
    // What happens to hollow nodes and pods: at once ready, Jobs' pods at once done.
    files: {
      module: `sigs.k8s.io/kwok@v${kwokVersion}`,
      paths: {
        'node-initialize.yaml': 'kustomize/stage/node/fast/node-initialize.yaml',
        'pod-ready.yaml': 'kustomize/stage/pod/fast/pod-ready.yaml',
        'pod-complete.yaml': 'kustomize/stage/pod/fast/pod-complete.yaml',
        'pod-delete.yaml': 'kustomize/stage/pod/fast/pod-delete.yaml',
      },
    },
  },
  helm: {
    name: 'helm',
    title: `building Helm ${helmVersion} (once; about 2 minutes on 2 cores)`,
    builds: [
      {
        cgo: false,
        args: [
          'install',
          '-v',
          '-trimpath',
          '-ldflags',
          `-s -w -X helm.sh/helm/v4/internal/version.version=v${helmVersion}`,
          `helm.sh/helm/v4/cmd/helm@v${helmVersion}`,
        ],
      },
    ],
  },
};
