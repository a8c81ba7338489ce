# Clusters and images. Included by the top Makefile; also works alone: make -f scripts/make/cluster.mk cluster-up
CLUSTER ?= node
CLUSTER_NAME ?= sluice
CLUSTER_PORT ?= 16443
CLUSTER_NODES ?= 5
# Node 24 comes with the development dependencies, whatever the machine's own is.
CLUSTER_CLI = PATH="$(CURDIR)/node_modules/.bin:$$PATH" node scripts/cluster/main.ts

.PHONY: cluster-up cluster-down cluster-status
cluster-up: ## Start a cluster: CLUSTER=control-plane|kwok|node CLUSTER_NAME= CLUSTER_PORT= (5-15 s; about 8 min the first time)
	@$(CLUSTER_CLI) up --type $(CLUSTER) --name $(CLUSTER_NAME) --port $(CLUSTER_PORT) --nodes $(CLUSTER_NODES)

cluster-down: ## Stop the cluster CLUSTER_NAME and remove all of it but the built programs (2-10 s)
	@$(CLUSTER_CLI) down --name $(CLUSTER_NAME)

cluster-status: ## Show the clusters of this checkout
	@$(CLUSTER_CLI) status
