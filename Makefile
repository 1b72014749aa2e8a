# Every line is the command one would type. All of it builds one profile, release, once.

MARUYAMA = cargo run --release --locked --quiet --bin maruyama --

.PHONY: all reproduce reproduce-networks test test-slurm test-s3 test-site soak fuzz scale reproducible deny ci check lint docs book pages bench bench-check bench-peers bench-statistics random-numbers random-battery calibrate interop clean

all: reproduce

# Run every manifest at the scale of the papers and regenerate reports/.
reproduce:
	cargo build --release --locked --bin maruyama
	$(MARUYAMA) reproduce

# Networks at the paper's widths on the data that ship, hours; full/README.md.
reproduce-networks:
	$(MARUYAMA) reproduce full --reports target/full

# The whole test suite.
test:
	cargo test --release --locked --workspace

# The tests on a real Slurm, which they start on this machine: two nodes, killed and started again. Needs
# root on a Debian, on which it installs Slurm; minutes.
test-slurm:
	cargo test --release --locked -p maruyama --test it -- --ignored --test-threads=1 --nocapture cluster

# A store that machines share through a real S3 server, s3s-fs from crates.io, which is installed below
# target/; a minute, and some more for the first build.
test-s3: target/tools/bin/s3s-fs
	cargo test --release --locked -p maruyama --test it -- --ignored s3::

target/tools/bin/s3s-fs:
	cargo install --quiet --locked --debug --root target/tools --target-dir target/tools/build \
		--version 0.14.1 --features binary s3s-fs

# The site of the reports in a browser, as files and served; needs npm and a Chromium, which root has
# installed on a Debian.
test-site: tests/site/node_modules/ready
	$(BROWSERS) | grep -q . || scripts/install.sh chromium
	rm -rf target/site
	$(MARUYAMA) report --quiet --html target/site
	SITE=$(CURDIR)/target/site CLAIMS=$(CURDIR)/reports/claims.json SHOTS=$(CURDIR)/target/site-pictures \
		PROGRAM=$(CURDIR)/target/release/maruyama MANIFEST=$(CURDIR)/tests/it/small.yaml \
		BROWSER=$$($(BROWSERS) | head -1) \
		npm --silent --prefix tests/site test

BROWSERS = for name in chromium google-chrome chromium-browser; do command -v $$name; done

tests/site/node_modules/ready: tests/site/package-lock.json
	command -v npm >/dev/null || scripts/install.sh nodejs npm
	npm --prefix tests/site ci --no-audit --no-fund --silent
	touch $@

# The long tests: of faults and of hostile input, with 200 kills, full file systems, 100 000 changed
# manifests and files; of a deep network at three step sizes; of edits of the sources, each with a build.
# Tens of minutes. Needs Linux, and rights to mount in a name space. Then the program without S3.
soak:
	MARUYAMA_SOAK=1 cargo test --release --locked -p maruyama --test it -- interruption faults hostile damage
	cargo test --release --locked -p maruyama-theory --test it -- --ignored
	python3 scripts/code_changes.py
	cargo clippy --release --locked --no-default-features --all-targets -- -D warnings

# Ten minutes of libFuzzer on one of the readers; needs cargo-fuzz and a nightly compiler.
TARGET = manifest
fuzz:
	cargo +nightly fuzz run --release $(TARGET) -- -max_total_time=600 -timeout=60 -rss_limit_mb=16384

# Time and memory of 100 000 cells, and of 10⁸ recorded rows; 3 GB of disk.
scale:
	cargo build --release --locked --quiet --bin maruyama
	python3 scripts/scale.py target/release/maruyama

# Two builds from the lock file, in two folders, are compared byte for byte.
reproducible:
	scripts/reproducible_build.sh

# Licences, sources, advisories (of a snapshot) and duplicates of the dependencies; with cargo-deny, where it
# is installed, against the database itself.
deny:
	python3 scripts/dependencies.py
	@if cargo deny --version >/dev/null 2>&1; then cargo deny --locked check; \
		else echo "cargo-deny is not installed: advisories are those of scripts/advisories.json"; fi

# What must hold before a change lands.
ci: lint deny docs book test test-slurm test-s3 bench-check interop reproduce test-site
	git diff --exit-code -- reports/ schema/
	@test -z "$$(git status --porcelain -- reports/)" || \
		{ git status --short -- reports/; echo "reports/ has files that are not committed"; exit 1; }

check: lint test

lint:
	cargo fmt --all --check
	cargo clippy --release --locked --workspace --all-targets -- -D warnings

# rustdoc of all crates, private links among what is refused.
docs:
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --workspace --no-deps --quiet

# docs/ as a book in target/book, with every formula set and every link and anchor followed. Its builder
# compiles in about a minute, once, from a lock file of its own.
book:
	cargo fmt --manifest-path tools/book/Cargo.toml --check
	cargo run --quiet --locked --manifest-path tools/book/Cargo.toml --target-dir target/tools -- docs

# Pages, and tables in pages, that the program prints.
pages:
	$(MARUYAMA) parts > docs/parts.md
	$(MARUYAMA) schema > schema/manifest.json
	MARUYAMA_BLESS=1 cargo test --release --locked --quiet -p maruyama --test it docs::pages

# Speed: nanoseconds of the hot loops and of the pipeline itself.
bench:
	cargo bench --locked

# Instructions of every kernel against benches/instruction-counts.json; needs Python 3.11 and Valgrind.
bench-check:
	python3 scripts/instruction_counts.py

# Speed beside NumPy, numba, JAX, PyTorch and C++ on one core; needs Python 3.11, PyPI and 7 GB.
bench-peers: target/peers-venv/ready
	target/peers-venv/bin/python scripts/bench_peers.py

target/peers-venv/ready: benches/peers/requirements.txt
	python3 -m venv target/peers-venv
	target/peers-venv/bin/pip install --quiet --disable-pip-version-check -r benches/peers/requirements.txt
	touch $@

# Speed of the statistics beside NumPy, SciPy, POT, lap and powerlaw on one core; needs PyPI.
bench-statistics: target/statistics-venv/ready
	target/statistics-venv/bin/python scripts/bench_statistics.py

target/statistics-venv/ready: benches/peers/requirements-statistics.txt
	python3 -m venv target/statistics-venv
	target/statistics-venv/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Tests of 10⁹ random numbers, about a minute; the table of docs/random-numbers.md.
random-numbers:
	cargo run --release --locked --quiet -p maruyama-statistics --example random_numbers

# The generator through TestU01, about a quarter of an hour; needs a C compiler and TestU01.
random-battery:
	scripts/random_battery.sh

# How often tests reject and intervals cover, minutes; the table of docs/statistics/calibration.md.
calibrate:
	cargo run --release --locked --quiet -p maruyama-statistics --example calibrate

# Results files as another implementation of Parquet reads them; needs Python 3 and PyPI.
interop: target/python/ready
	rm -rf target/interop
	$(MARUYAMA) run --quiet --profile smoke --store target/interop
	target/python/bin/python scripts/check_parquet.py target/interop

target/python/ready: scripts/requirements.txt
	python3 -m venv target/python
	target/python/bin/pip install --quiet --disable-pip-version-check -r scripts/requirements.txt
	touch $@

clean:
	rm -rf store target
