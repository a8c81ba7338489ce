{{/* Where a component's pods may be. Takes: component, part. */}}
{{- define "sluice.placing" -}}
{{- $selector := include "sluice.selector" . | fromYaml -}}
{{- with .part.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .part.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .part.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- $apart := dict "topologyKey" "kubernetes.io/hostname" "labelSelector" (dict "matchLabels" $selector) -}}
{{- if .part.affinity }}
affinity:
  {{- toYaml .part.affinity | nindent 2 }}
{{- else if eq .part.antiAffinity "required" }}
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      {{- list $apart | toYaml | nindent 6 }}
{{- else if eq .part.antiAffinity "preferred" }}
affinity:
  podAntiAffinity:
    # Preferred, so that a cluster of one node can run all replicas.
    preferredDuringSchedulingIgnoredDuringExecution:
      {{- list (dict "weight" 100 "podAffinityTerm" $apart) | toYaml | nindent 6 }}
{{- end }}
{{- if .part.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml .part.topologySpreadConstraints | nindent 2 }}
{{- else if ne .part.zoneSpread "none" }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: {{ ternary "DoNotSchedule" "ScheduleAnyway" (eq .part.zoneSpread "required") }}
    labelSelector:
      matchLabels:
        {{- toYaml $selector | nindent 8 }}
{{- end }}
{{- end -}}

{{/*
A Deployment of one role of Sluice. Takes: root, values, component, part (its values), ports (a list of name and number);
serves (whether the API server calls it, so that a replica that goes must serve on for a while), file (history on a volume).
*/}}
{{- define "sluice.deployment" -}}
{{- $root := .root -}}
{{- $values := .values -}}
{{- $part := .part -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "sluice.metadata" (dict "root" $root "values" $values "component" .component "name" (printf "sluice-%s" .component) "annotations" $part.annotations) | nindent 2 }}
spec:
  replicas: {{ ternary 1 $part.replicas (eq .file true) }}
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      {{- include "sluice.selector" . | nindent 6 }}
  strategy:
    {{- if .file }}
    # Two processes must never write one file.
    type: Recreate
    {{- else }}
    rollingUpdate:
      {{- /* On the network of nodes a replica's ports are free only when another has gone. */}}
      maxSurge: {{ ternary 0 1 (eq $part.hostNetwork true) }}
      maxUnavailable: {{ ternary 0 1 (and .serves (ne $part.hostNetwork true)) }}
    {{- end }}
  template:
    metadata:
      labels:
        {{- merge (include "sluice.selector" . | fromYaml) $part.podLabels $values.commonLabels | toYaml | nindent 8 }}
      annotations:
        # A changed setting makes new pods.
        checksum/settings: {{ include "sluice.settings" . | sha256sum | trunc 16 | quote }}
        {{- with merge (dict) $part.podAnnotations $values.commonAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: sluice-{{ .component }}
      # The in-flight requests and writes of a process that ends; it needs a second or two.
      terminationGracePeriodSeconds: 30
      # Variables of Services are nothing we read, and some look like settings.
      enableServiceLinks: false
      {{- if $part.hostNetwork }}
      hostNetwork: true
      dnsPolicy: ClusterFirstWithHostNet
      {{- end }}
      {{- with include "sluice.pullSecrets" . }}
      imagePullSecrets:
        {{- . | nindent 8 }}
      {{- end }}
      securityContext:
        {{- include "sluice.podSecurity" (dict "values" $values "fsGroup" .file) | nindent 8 }}
      {{- include "sluice.placing" . | nindent 6 }}
      containers:
        - name: {{ .component }}
          image: {{ include "sluice.image" (dict "root" $root "values" $values "image" "sluice") }}
          imagePullPolicy: {{ $values.images.pullPolicy }}
          args: [serve, --roles, {{ .component }}]
          env:
            - name: POD_NAMESPACE
              valueFrom:
                fieldRef:
                  fieldPath: metadata.namespace
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
            - name: NODE_OPTIONS
              value: {{ $part.nodeOptions | quote }}
            {{- if .file }}
            - name: SLUICE_HISTORY_PATH
              value: /var/lib/sluice/history.db
            {{- end }}
            {{- with $part.env }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          envFrom:
            - configMapRef:
                name: sluice-settings
          ports:
            {{- range $port := .ports }}
            - name: {{ $port.name }}
              containerPort: {{ $port.port }}
            {{- end }}
          {{- if .serves }}
          # The listener goes on while the Service forgets this replica, so that nothing is refused meanwhile.
          lifecycle:
            preStop:
              sleep:
                seconds: 5
          {{- end }}
          readinessProbe:
            httpGet:
              path: /readyz
              port: health
            periodSeconds: 2
            failureThreshold: 3
          livenessProbe:
            httpGet:
              path: /healthz
              port: health
            initialDelaySeconds: 15
            periodSeconds: 10
            failureThreshold: 6
          {{- with $part.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          securityContext:
            {{- include "sluice.containerSecurity" . | nindent 12 }}
          {{- if .file }}
          volumeMounts:
            - name: history
              mountPath: /var/lib/sluice
          {{- end }}
      {{- if .file }}
      volumes:
        - name: history
          persistentVolumeClaim:
            claimName: {{ $values.history.persistence.existingClaim | default "sluice-history" }}
      {{- end }}
{{- end -}}

{{/* The account of a component, and the budget of its pods where there are several. Takes as the above. */}}
{{- define "sluice.accompaniment" -}}
{{- $about := dict "root" .root "values" .values "name" (printf "sluice-%s" .component) -}}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "sluice.metadata" (merge (dict "annotations" .part.serviceAccountAnnotations) $about) | nindent 2 }}
{{- if and .part.disruptionBudget.enabled (gt (int .part.replicas) 1) (not .file) }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "sluice.metadata" $about | nindent 2 }}
spec:
  minAvailable: {{ .part.disruptionBudget.minAvailable }}
  selector:
    matchLabels:
      {{- include "sluice.selector" . | nindent 6 }}
{{- end }}
{{- end -}}

{{/* A Service for Prometheus or for the API server. Takes: root, values, component, name, port; to (name of the container's port), scraped. */}}
{{- define "sluice.service" -}}
{{- $annotations := ternary (dict "prometheus.io/scrape" "true" "prometheus.io/port" (toString .port)) dict (eq .scraped true) -}}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "sluice.metadata" (dict "root" .root "values" .values "component" .component "name" .name "annotations" $annotations) | nindent 2 }}
spec:
  selector:
    {{- include "sluice.selector" . | nindent 4 }}
  ports:
    - name: {{ .portName }}
      port: {{ .port }}
      targetPort: {{ .to }}
      {{- if .protocol }}
      protocol: {{ .protocol }}
      {{- end }}
{{- end -}}
