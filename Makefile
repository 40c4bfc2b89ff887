# What each target does: `make help`.

# Debian 12 packages: what rustc links with; what the tests compare with (kannel, libsynthesis-dev
# and g++ to compile its judge, libwbxml2-utils, openssl, tshark); what builds libFuzzer; what
# benches/reference.c is made of
DEMO_PACKAGES := gcc libc6-dev
TEST_PACKAGES := g++ kannel libsynthesis-dev libwbxml2-utils openssl tshark
FUZZ_PACKAGES := g++
BENCH_PACKAGES := libexpat1-dev libsqlite3-dev libssl-dev libwbxml2-dev libwbxml2-utils pkg-config

CARGO_DENY := 0.20.2
CARGO_FUZZ := 0.13.2
CARGO_MUTANTS := 27.1.0

FUZZ_TARGETS := xml wbxml wsp cp dm notification profile list apply_cp apply_dm
FUZZ_SECONDS := 60
SIMULATION_WORLDS := 1000000
SIMULATION_SEED := 1

# Where rustup puts cargo, for shells that were not started anew; where our tools go
TOOLS := $(CURDIR)/target/tools
export PATH := $(TOOLS)/bin:$(PATH):$(HOME)/.cargo/bin

.PHONY: help setup demo test simulation exhaustive bench fuzz fuzz-smoke mutants lint advisories rust demo-packages components

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: rust ## Install the Debian packages that are missing
	@.ci/packages $(DEMO_PACKAGES) $(TEST_PACKAGES) $(FUZZ_PACKAGES)

demo: rust demo-packages ## Build and run the main job on a sample profile and list
	cargo build --release --locked
	samples/01-build-sign-verify/run.sh
	samples/02-dm-profile/run.sh
	samples/03-client-apply/run.sh
	samples/04-lint/run.sh

# Cheap failures first; the summary of cargo test comes last
test: setup ## Run everything CI runs
	$(MAKE) lint
	$(MAKE) fuzz-smoke
	cargo test --locked

simulation: rust demo-packages ## Simulate SIMULATION_WORLDS (1000000) devices and senders, over an hour
	SIMULATION_WORLDS=$(SIMULATION_WORLDS) SIMULATION_SEED=$(SIMULATION_SEED) \
		cargo test --locked --test simulation worlds -- --nocapture

bench: rust demo-packages ## Measure speed beside libwbxml and OpenSSL in C
	@.ci/packages $(BENCH_PACKAGES)
	cargo bench --locked --bench speed

fuzz: rust $(TOOLS)/bin/cargo-fuzz ## Fuzz each target for FUZZ_SECONDS (60)
	@.ci/packages $(DEMO_PACKAGES) $(FUZZ_PACKAGES)
	.ci/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)

fuzz-smoke: FUZZ_SECONDS := 10
fuzz-smoke: fuzz

mutants: rust demo-packages $(TOOLS)/bin/cargo-mutants ## Mutation testing of wire, security and document/dm, over an hour
	.ci/mutants -j 2

exhaustive: rust demo-packages ## Try the readers of lengths on every input, an hour of processor time
	cargo test --release --locked --lib --test length_readers -- --ignored

lint: rust demo-packages components $(TOOLS)/bin/cargo-deny ## Check format, lints, documentation and dependencies
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items
	cargo deny --locked check bans licenses sources

advisories: rust demo-packages $(TOOLS)/bin/cargo-deny ## Check dependencies against the RustSec database
	cargo deny --locked check advisories

rust:
	@.ci/rust

demo-packages:
	@.ci/packages $(DEMO_PACKAGES)

components:
	@cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
	@cargo clippy --version >/dev/null 2>&1 || rustup component add clippy

# Unoptimized: it builds in a fifth of the time and is fast enough for one small tree
$(TOOLS)/bin/cargo-deny: | rust demo-packages
	cargo install cargo-deny --locked --version $(CARGO_DENY) --debug --root $(TOOLS)

$(TOOLS)/bin/cargo-fuzz: | rust demo-packages
	cargo install cargo-fuzz --locked --version $(CARGO_FUZZ) --debug --root $(TOOLS)

$(TOOLS)/bin/cargo-mutants: | rust demo-packages
	cargo install cargo-mutants --locked --version $(CARGO_MUTANTS) --debug --root $(TOOLS)
