# Every target works on a fresh machine with Go; "make help" lists them.
GO      ?= go
BIN     ?= bin/authassay
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
LDFLAGS := -s -w -X github.com/authassay/authassay/suites/assay.Version=$(VERSION)

.DEFAULT_GOAL := help
.PHONY: help build test lint fmt run selftest selftest-full real interop bench golden coverage

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## the binary, static, in bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/authassay

test: ## all tests, under the race detector where cgo is there
	$(GO) test -timeout 30m $(if $(filter 1,$(shell $(GO) env CGO_ENABLED)),$(if $(shell command -v gcc || command -v clang),-race)) ./...

lint: ## gofmt, go vet, staticcheck
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "run: make fmt"; exit 1; }
	$(GO) vet ./... && $(GO) vet -tags real ./fixtures/real
	$(GO) tool -modfile=tools/go.mod staticcheck ./...

fmt: ## format every Go file
	gofmt -w $$(git ls-files '*.go')

run: ## assay what is bundled
	$(GO) run ./cmd/authassay run

selftest: ## prove that every check can go red
	$(GO) run ./cmd/authassay selftest

selftest-full: ## every check against every fault; takes minutes
	$(GO) test -tags full -count=1 -timeout 60m -run Full ./suites/selftest

real: ## assay real third-party servers on loopback
	$(GO) test -tags real -count=1 -timeout 30m -v ./fixtures/real

interop: ## real clients and a browser against the mock; skips what is not installed
	cd interop && $(GO) test -count=1 ./...

bench: ## the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

golden: ## write the golden files anew; review the diff
	$(GO) test ./suites/selftest -run Golden -update
	$(GO) test ./reports ./fixtures/target ./cmd/authassay -update

coverage: ## write docs/coverage.md anew: clause by clause, what is checked
	$(GO) test ./suites/coverage -run PageIsCurrent -update
