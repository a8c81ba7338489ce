# `make` alone lists what there is. Everything runs with the Node that npm installs, whatever the machine's own is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# npm itself must not run on the Node that it is about to replace.
MACHINE_PATH := $(PATH)
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

REPORTS := .cache/reports
# The address at which the API server reaches this machine, for `make run`.
WEBHOOK_HOST ?= 127.0.0.1
WEBHOOK_PORT ?= 9443

-include scripts/make/cluster.mk

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# A linked node_modules belongs to another checkout, which installs it.
node_modules/.package-lock.json: package-lock.json
	@if [ -L node_modules ]; then exit 0; fi; \
	if node .ci/is-installed.mjs; then touch $@; exit 0; fi; \
	command -v npm >/dev/null || { echo 'error: npm is not on the PATH; install Node.js, any version from 20' >&2; exit 1; }; \
	echo 'installing the dependencies of package-lock.json (about a minute)'; PATH="$(MACHINE_PATH)" npm ci; touch $@

.PHONY: setup
setup: ## Install what development needs: npm dependencies and, with apt, Debian packages
	@$(MAKE) --no-print-directory node_modules/.package-lock.json
	@if command -v apt-get >/dev/null; then scripts/setup-debian.sh; fi

dist/sluice.mjs: node_modules/.package-lock.json scripts/build.ts $(shell find src -name '*.ts' -not -name '*.test.ts')
	@node scripts/build.ts

.PHONY: build
build: dist/sluice.mjs ## Bundle the program into dist/sluice.mjs (2 s)

.PHONY: check
check: node_modules/.package-lock.json ## Types, format, lint, unused code, architecture, shell scripts (10 s)
	@npm run --silent check
	@if command -v shellcheck >/dev/null; then shellcheck $$(git ls-files '*.sh') .ci/run; \
	else echo 'shellcheck is not installed: the shell scripts were not checked' >&2; fi

.PHONY: format
format: node_modules/.package-lock.json ## Format every file and fix what the linter can
	@biome check --write .

.PHONY: test
test: dist/sluice.mjs ## All tests: unit, on a real API server and, as root, on a real node (about 14 min, the first time 23)
	@node scripts/test.ts

.PHONY: test-unit
test-unit: node_modules/.package-lock.json ## Unit and architecture tests only (seconds, no cluster)
	@vitest run --project unit --project architecture

.PHONY: test-integration
test-integration: node_modules/.package-lock.json ## Integration tests only, on a real Prometheus and API server
	@vitest run --project backends --project integration --project metrics-api --project lifecycle

.PHONY: test-e2e
test-e2e: node_modules/.package-lock.json ## End-to-end tests on a real node (root, containerd; minutes)
	@vitest run --project e2e

.PHONY: test-ha
test-ha: dist/sluice.mjs ## Rolling updates, rotations, lost leaders, upgrades under load on a real node (root; 25 min, a machine of its own)
	@vitest run --project ha

.PHONY: test-model
test-model: node_modules/.package-lock.json ## 200 random sequences on hollow nodes (9 min; SLUICE_MODEL_SEED=, _SEQUENCES=, _REPLAY=)
	@SLUICE_MODEL_SEED=$${SLUICE_MODEL_SEED:-$$RANDOM} SLUICE_MODEL_SEQUENCES=$${SLUICE_MODEL_SEQUENCES:-200} \
	vitest run --project model

.PHONY: manifests
manifests: node_modules/.package-lock.json ## Generate CRDs, RBAC, dashboards and alerts from their sources
	@node scripts/manifests.ts

.PHONY: docs
docs: node_modules/.package-lock.json ## Generate the parts of the documentation that follow from code
	@node scripts/docs.ts && node scripts/cd-event-examples.ts && biome format --write docs/architecture.md docs/telemetry-metrics.md docs/examples

.PHONY: run
run: dist/sluice.mjs ## Run Sluice here, on the cluster of KUBECONFIG (WEBHOOK_HOST= if it reaches this machine otherwise)
	@: "$${KUBECONFIG:?set KUBECONFIG to the cluster, for example: export KUBECONFIG=$(CURDIR)/.cluster/sluice/kubeconfig}"
	@SLUICE_LISTEN_WEBHOOK=$(WEBHOOK_PORT) node scripts/run.ts https://$(WEBHOOK_HOST):$(WEBHOOK_PORT)

.PHONY: install
install: dist/sluice.mjs ## Install Sluice in the cluster of KUBECONFIG (IMAGE= DENO_IMAGE= PYTHON_IMAGE= from a registry; TAKE_OVER=1 from Keptn; METRICS_API=on|off)
	@node scripts/install/main.ts install

.PHONY: uninstall
uninstall: node_modules/.package-lock.json ## Remove Sluice from the cluster of KUBECONFIG, keep its records (PURGE=1: all)
	@node scripts/install/main.ts uninstall

.PHONY: helm
helm: node_modules/.package-lock.json ## Build Helm once (2 min) and print the folder that it is in, for the PATH
	@node scripts/chart/main.ts

.PHONY: test-chart
test-chart: dist/sluice.mjs ## Tests of the Helm chart: rendered, and as root installed on a real node (4 min)
	@vitest run --project chart --project chart-node

.PHONY: demo
demo: dist/sluice.mjs ## Show a deployment held, checked and released (DEMO=broken: one that stays held; DEMO=podtato: an app of six)
	@CLUSTER_NAME=$(CLUSTER_NAME) CLUSTER_PORT=$(CLUSTER_PORT) node scripts/demo/main.ts

.PHONY: clean
clean: ## Remove what was built here; clusters and the cache of built programs stay
	@rm -rf dist coverage $(REPORTS)

.PHONY: certs
certs: node_modules/.package-lock.json ## Make a CA and a serving certificate for development in .cache/certs
	@node scripts/certs.ts

.PHONY: bench
bench: dist/sluice.mjs ## Measure speed and size on a real control plane against limits (about 17 min; PART="metrics analysis": only these)
	@node bench/main.ts $(PART)
