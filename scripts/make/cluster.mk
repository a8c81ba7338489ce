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

IMAGES = dist/images/sluice.tar dist/images/sluice-deno-runtime.tar dist/images/sluice-python-runtime.tar

.PHONY: images cluster-load kind-up kind-load kind-down deploy
images: ## Write the three image archives to dist/images, no engine needed (about 3 s; run `make build` first)
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" node scripts/image/main.ts

cluster-load: images ## Load our images into the node of CLUSTER_NAME; unchanged ones are skipped (about 5 s)
	@$(CLUSTER_CLI) load --name $(CLUSTER_NAME) $(IMAGES)

kind-up: ## Start a kind cluster, where Docker runs (about 1 min)
	@scripts/kind.sh up $(CLUSTER_NAME)

kind-load: images ## Load our images into the kind cluster (about 20 s)
	@scripts/kind.sh load $(CLUSTER_NAME) $(IMAGES)

kind-down: ## Delete the kind cluster (seconds)
	@scripts/kind.sh down $(CLUSTER_NAME)

deploy: kind-load ## Load our images into the kind cluster and install Sluice there (about 1 min)
	@$(MAKE) install
