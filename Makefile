# The one entry point, over CMake presets. `make help` lists the targets.
BUILD := build/release
CLEW  := $(BUILD)/clew
DATA  ?= data
DEMO_DATA ?= data/demo
FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help demo run build test check bench fuzz clean packages

help: ## List the targets.
	@echo "Clew: distributed tracing in one binary. Targets:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 \2/p' $(MAKEFILE_LIST) | awk '{printf "  make %-8s", $$2; $$1=$$2=""; print $$0}'

demo: build ## Build, then serve with a small simulated shop sending traces; prints the URL.
	@exec $(CLEW) serve --demo --data $(DEMO_DATA)

run: build ## Build, then serve without demo traffic (DATA=data is the folder).
	@exec $(CLEW) serve --data $(DATA)

build: packages-build $(BUILD)/build.ninja ## Build build/release/clew, installing missing packages first.
	@cmake --build $(BUILD) --target clew

test: packages-build packages-test $(BUILD)/build.ninja ## Build everything, run every test, end with a counted result.
	@cmake --build $(BUILD)
	@test/run_all

check: packages-build packages-test packages-check ## The slower checks: clang build, sanitizers over all unit tests, short fuzzing.
	@tool/run_checks

bench: packages-build $(BUILD)/build.ninja ## Drive the real server and print the table of docs/performance.md (BENCH_FLAGS=--large for 10 M spans).
	@cmake --build $(BUILD) --target clew clew-load
	@bench/run_bench.py $(BENCH_FLAGS)

fuzz: packages-build packages-check ## Fuzz every decoder, FUZZ_SECONDS=60 each.
	@tool/run_fuzzers $(FUZZ_SECONDS)

clean: ## Remove what was built and installed under this folder (not data/).
	rm -rf build .venv .tools test/client/node/node_modules test/client/browser/node_modules

packages-%:
	@tool/install_packages $*

$(BUILD)/build.ninja: CMakeLists.txt CMakePresets.json
	@cmake --preset release
