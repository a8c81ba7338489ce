{{/* Labels of an object. Takes: root, values; component where it belongs to one. */}}
{{- define "sluice.labels" -}}
{{- $labels := dict "app.kubernetes.io/part-of" "sluice" "app.kubernetes.io/instance" .root.Release.Name "app.kubernetes.io/version" .root.Chart.AppVersion "app.kubernetes.io/managed-by" .root.Release.Service "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_") -}}
{{- if .component -}}
{{- $labels = merge (dict "app.kubernetes.io/name" "sluice" "app.kubernetes.io/component" .component) $labels -}}
{{- end -}}
{{- merge $labels .values.commonLabels | toYaml -}}
{{- end -}}

{{/* What selects the pods of a component; never changes. Takes: component. */}}
{{- define "sluice.selector" -}}
app.kubernetes.io/name: sluice
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* metadata of an object of the namespace of the release. Takes: root, values, name; component, annotations. */}}
{{- define "sluice.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "sluice.labels" . | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) .values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* An object made elsewhere, with our labels and annotations. Takes: root, values, object; annotations. */}}
{{- define "sluice.object" -}}
{{- $metadata := .object.metadata -}}
{{- $labels := include "sluice.labels" (dict "root" .root "values" .values) | fromYaml -}}
{{- $_ := set $metadata "labels" (merge (dict) ($metadata.labels | default dict) $labels) -}}
{{- $annotations := merge (dict) (.annotations | default dict) ($metadata.annotations | default dict) .values.commonAnnotations -}}
{{- if $annotations -}}{{- $_ := set $metadata "annotations" $annotations -}}{{- end -}}
{{- toYaml .object -}}
{{- end -}}

{{/* The documents of a file of the chart, in the namespace of the release. Takes: root, values, file; annotations. */}}
{{- define "sluice.documents" -}}
{{- $given := . -}}
{{- $text := .root.Files.Get .file | replace "sluice-system" .root.Release.Namespace -}}
{{- if not $text -}}{{- fail (printf "the chart is incomplete: it lacks %s" .file) -}}{{- end -}}
{{- range $document := splitList "\n---\n" $text }}
---
{{ include "sluice.object" (dict "root" $given.root "values" $given.values "annotations" $given.annotations "object" (fromYaml $document)) }}
{{- end }}
{{- end -}}

{{/* The reference of an image. Takes: root, values, image. */}}
{{- define "sluice.image" -}}
{{- $image := get .values.images .image -}}
{{- $registry := $image.registry | default .values.images.registry -}}
{{- $name := ternary (printf "%s/%s" $registry $image.repository) $image.repository (ne $registry "") -}}
{{- if $image.reference -}}{{ $image.reference }}
{{- else if $image.digest -}}{{ $name }}@{{ $image.digest }}
{{- else -}}{{ $name }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* True, or empty: whether the custom metrics API is served. Takes: root, values. */}}
{{- define "sluice.servesMetrics" -}}
{{- $mode := .values.metricsApi.mode -}}
{{- if eq $mode "always" -}}true
{{- else if eq $mode "auto" -}}
{{- if not (include "sluice.foreignMetricsApi" .) -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/* Which registrations of the custom metrics API lead to somebody else; empty: none, or no cluster was asked. Takes: root. */}}
{{- define "sluice.foreignMetricsApi" -}}
{{- $root := .root -}}
{{- $foreign := list -}}
{{- range $version := list "v1beta1" "v1beta2" -}}
{{- $name := printf "%s.custom.metrics.k8s.io" $version -}}
{{- $found := lookup "apiregistration.k8s.io/v1" "APIService" "" $name -}}
{{- if $found -}}
{{- $service := $found.spec.service | default dict -}}
{{- if or (ne ($service.name | default "") "sluice-metrics-api") (ne ($service.namespace | default "") $root.Release.Namespace) -}}
{{- $foreign = append $foreign (printf "%s leads to %s" $name (ternary (printf "%s/%s" $service.namespace $service.name) "the API server itself" (hasKey $service "name"))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- join ", " $foreign -}}
{{- end -}}

{{/* Annotations of what the API server is to trust, for those who inject the bundle. Takes: root, values, certificate. */}}
{{- define "sluice.trust" -}}
{{- $annotations := merge (dict) .values.admission.annotations -}}
{{- if eq .values.certificates.source "cert-manager" -}}
{{- $_ := set $annotations "cert-manager.io/inject-ca-from" (printf "%s/%s" .root.Release.Namespace .certificate) -}}
{{- end -}}
{{- toJson $annotations -}}
{{- end -}}

{{/* The prefix of the roles of those who keep certificates: ours keep them ourselves, or somebody else does. Takes: values. */}}
{{- define "sluice.rolePrefix" -}}
{{- if ne .values.certificates.source "self" -}}external-{{- end -}}
{{- end -}}

{{/* As Pod Security "restricted" demands. OpenShift chooses user and group itself. Takes: values; fsGroup. */}}
{{- define "sluice.podSecurity" -}}
runAsNonRoot: true
{{- if not .values.openShift }}
runAsUser: 65532
runAsGroup: 65532
{{- if .fsGroup }}
fsGroup: 65532
{{- end }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "sluice.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "sluice.pullSecrets" -}}
{{- range $secret := .values.images.pullSecrets }}
- name: {{ if kindIs "map" $secret }}{{ $secret.name }}{{ else }}{{ $secret }}{{ end }}
{{- end }}
{{- end -}}

{{/* The environment variables of all processes. Takes: root, values. */}}
{{- define "sluice.settings" -}}
{{- $settings := .values.settings -}}
{{- $all := dict "PROMOTION_TASKS_ENABLED" (toString $settings.promotionTasksEnabled) "SLUICE_LOG_LEVEL" $settings.logLevel -}}
{{- $_ := set $all "FUNCTION_RUNNER_IMAGE" (include "sluice.image" (dict "root" .root "values" .values "image" "deno")) -}}
{{- $_ := set $all "PYTHON_RUNNER_IMAGE" (include "sluice.image" (dict "root" .root "values" .values "image" "python")) -}}
{{- if eq .values.admission.mode "policy" -}}{{- $_ := set $all "SLUICE_ADMISSION" "policy" -}}{{- end -}}
{{- if not $settings.exposeKeptnMetrics -}}{{- $_ := set $all "EXPOSE_KEPTN_METRICS" "false" -}}{{- end -}}
{{- if ne (int $settings.doraMetricsPort) 2222 -}}{{- $_ := set $all "KEPTN_DORA_METRICS_PORT" (toString (int $settings.doraMetricsPort)) -}}{{- end -}}
{{- if ne .values.certificates.source "self" -}}{{- $_ := set $all "SLUICE_EXTERNAL_CERTIFICATES" "true" -}}{{- end -}}
{{- with .values.history.retention -}}{{- $_ := set $all "SLUICE_HISTORY_RETENTION" . -}}{{- end -}}
{{- range $name, $value := $settings.variables -}}{{- $_ := set $all $name $value -}}{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{/* Peers of a NetworkPolicy: where the API server is, nothing where that is not said. Takes: wanted, key (from, to). */}}
{{- define "sluice.apiServer" -}}
{{- with .wanted.apiServerCidrs -}}
{{ $.key }}:
  {{- range $cidr := . }}
  - ipBlock:
      cidr: {{ $cidr }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* Narrows a namespaceSelector to the namespaces that are asked about. Takes: selector, admission. Prints nothing. */}}
{{- define "sluice.namespaces" -}}
{{- $expressions := list -}}
{{- range $expression := .selector.matchExpressions -}}
{{- $_ := set $expression "values" (concat $expression.values $.admission.excludedNamespaces | uniq) -}}
{{- $expressions = append $expressions $expression -}}
{{- end -}}
{{- with .admission.onlyNamespaces -}}
{{- $expressions = append $expressions (dict "key" "kubernetes.io/metadata.name" "operator" "In" "values" .) -}}
{{- end -}}
{{- $_ := set .selector "matchExpressions" $expressions -}}
{{- end -}}
