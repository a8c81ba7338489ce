{{/* Values of Keptn are given by their own names, which files/keptn-values.json tells the meaning of. */}}

{{/* JSON {value: …} of what stands at a dotted path, {} where nothing does. Takes: in, path. */}}
{{- define "sluice.at" -}}
{{- $node := .in -}}
{{- $isThere := true -}}
{{- range $name := splitList "." .path -}}
{{- if and $isThere (kindIs "map" $node) (hasKey $node $name) -}}
{{- $node = get $node $name -}}
{{- else -}}
{{- $isThere = false -}}
{{- end -}}
{{- end -}}
{{- if and $isThere (not (kindIs "invalid" $node)) -}}{{ dict "value" $node | toJson }}{{- else -}}{}{{- end -}}
{{- end -}}

{{/* Writes a value at a dotted path. Takes: in, path, value. Prints nothing. */}}
{{- define "sluice.put" -}}
{{- $node := .in -}}
{{- $names := splitList "." .path -}}
{{- range $name := initial $names -}}
{{- if not (kindIs "map" (get $node $name)) -}}{{- $_ := set $node $name (dict) -}}{{- end -}}
{{- $node = get $node $name -}}
{{- end -}}
{{- $_ := set $node (last $names) .value -}}
{{- end -}}

{{/* The values of Keptn that were given, as JSON: {given: [{path, value, counts, why, isDefault}]}. */}}
{{- define "sluice.keptn" -}}
{{- $values := mustDeepCopy .Values -}}
{{- $given := list -}}
{{- range $entry := (.Files.Get "files/keptn-values.json" | fromJson).values -}}
{{- range $path := $entry.paths -}}
{{- $found := include "sluice.at" (dict "in" $values "path" $path) | fromJson -}}
{{- if hasKey $found "value" -}}
{{- $value := $found.value -}}
{{- $isDefault := has $value $entry.unless -}}
{{- if $entry.reads -}}{{- $value = get $entry.reads (toString $value) -}}{{- end -}}
{{- $given = append $given (dict "path" $path "value" $value "counts" ($entry.counts | default list) "why" ($entry.why | default "") "isDefault" $isDefault) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "given" $given | toJson -}}
{{- end -}}

{{/* The values that count, as JSON: ours, and in their place Keptn's where they are given. */}}
{{- define "sluice.values" -}}
{{- $values := mustDeepCopy .Values -}}
{{- range $one := (include "sluice.keptn" . | fromJson).given -}}
{{- if not $one.isDefault -}}
{{- range $target := $one.counts -}}
{{- include "sluice.put" (dict "in" $values "path" $target "value" $one.value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $values -}}
{{- end -}}
