/** One thing that may be done; what a controller declares fits it. */
export interface Allowance {
  /** API group, empty for core. */
  readonly group: string;
  /** Plural, with a subresource after a slash where one is meant. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Only objects of these names, where the verbs allow it. */
  readonly names?: readonly string[];
}

interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Text to text, as labels are. */
type Labels = Readonly<Record<string, string>>;

/** rbac.authorization.k8s.io/v1 ClusterRole, or Role when it has a namespace. */
export interface RoleManifest {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'ClusterRole' | 'Role';
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Labels;
  };
  readonly rules: readonly PolicyRule[];
}

/**
 * The role that allows exactly these things: equal resources merged, resources with equal verbs in one rule, all
 * sorted, so that the same set in any order gives the same manifest. A namespace makes it a Role. Pure.
 */
export function roleManifest(
  allowances: readonly Allowance[],
  role: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
  },
): RoleManifest {
  const { name, namespace, labels } = role;
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: namespace === undefined ? 'ClusterRole' : 'Role',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { 'app.kubernetes.io/part-of': 'sluice', ...labels },
    },
    rules: rules(allowances),
  };
}

/** A ClusterRole whose rules Kubernetes fills in; without any here, so that applying it again takes none away. */
interface AggregatedRoleManifest extends Omit<RoleManifest, 'rules'> {
  readonly aggregationRule: { readonly clusterRoleSelectors: readonly { readonly matchLabels: Labels }[] };
}

/** The ClusterRole that allows what all ClusterRoles with this label, value "true", allow together. Pure. */
export function aggregatedRoleManifest(name: string, label: string): AggregatedRoleManifest {
  const { rules: _none, ...role } = roleManifest([], { name });
  return { ...role, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] } };
}

/** Binds a role to a service account, in the role's namespace or in the whole cluster. Pure. */
export function roleBindingManifest(
  role: Omit<RoleManifest, 'rules'>,
  account: { readonly name: string; readonly namespace: string },
): Readonly<Record<string, unknown>> {
  return {
    apiVersion: role.apiVersion,
    kind: `${role.kind}Binding`,
    metadata: role.metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role.kind, name: role.metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: account.name, namespace: account.namespace }],
  };
}

function rules(allowances: readonly Allowance[]): readonly PolicyRule[] {
  const byResource = Map.groupBy(allowances, ({ group, resource, names }) =>
    JSON.stringify([group, resource, sorted(names ?? [])]),
  );
  const merged = [...byResource.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [{ ...first, verbs: sorted(same.flatMap(({ verbs }) => verbs)) }];
  });
  const byVerbs = Map.groupBy(merged, ({ group, verbs, names }) =>
    JSON.stringify([group, sorted(names ?? []), verbs]),
  );
  return [...byVerbs.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, same]) => rule(same));
}

function rule(same: readonly Allowance[]): readonly PolicyRule[] {
  const [first] = same;
  if (first === undefined) return [];
  return [
    {
      apiGroups: [first.group],
      resources: sorted(same.map(({ resource }) => resource)),
      ...(first.names === undefined ? {} : { resourceNames: sorted(first.names) }),
      verbs: first.verbs,
    },
  ];
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
