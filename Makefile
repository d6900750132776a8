# make demo and make test need nothing but the Swift toolchain on a Debian or Ubuntu machine: they install the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
# Where zsh looks: Debian's own folder below /usr, zsh's usual one elsewhere.
ZSH_FOLDER ?= $(if $(filter /usr,$(PREFIX)),zsh/vendor-completions,zsh/site-functions)
DESTDIR ?=
RELEASE := Scripts/build-release
# A link that the build keeps. Asking swift would not work under sudo, whose PATH often lacks it.
RELEASE_BINARY := $(CURDIR)/.build/release/mosaic

bindir := $(DESTDIR)$(PREFIX)/bin
sharedir := $(DESTDIR)$(PREFIX)/share
# systemd looks below lib in the system's own prefixes only; elsewhere in the share folder, as for ~/.local.
unitdir := $(DESTDIR)$(PREFIX)/$(if $(filter /usr /usr/local,$(PREFIX)),lib,share)/systemd/user

.PHONY: help setup demo demo-hosts test matrix machine bench bench-hosts soak fuzz build hosts check-hosts check-binary manual hosts-completions install uninstall deb check-deb tarball check-tarball release format lint clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

setup: ## install what is missing (apt-get, with sudo when not root)
	@Scripts/setup

demo: setup build ## a fleet of 5 agents on a private systemd; three restarts of it at once
	@MOSAIC="$(RELEASE_BINARY)" Scripts/demo

demo-hosts: setup build hosts ## roll out a new version over three hosts; on one it is broken
	@MOSAIC="$(RELEASE_BINARY)" MOSAIC_HOSTS="$(CURDIR)/Hosts/.build/release/mosaic-fleet-hosts" Scripts/demo-hosts

test: setup ## every test, on a real user manager too, and a look into the finished binary
	@Scripts/test

matrix: setup ## the tests on a real manager on Debian 12, 13 and testing, and a booted Debian 13; SYSTEMS=13 for one
	@Scripts/matrix $(if $(SYSTEMS),--systems $(SYSTEMS)) $(if $(FILTER),--filter '$(FILTER)')

machine: setup ## the tests that need the memory controller, in a virtual machine with Debian 13
	@Scripts/virtual-machine $(if $(FILTER),--filter '$(FILTER)')

bench: setup ## how fast, against what an operator would type instead; PARTS=status,restart for some (docs/performance.md)
	@Scripts/bench $(if $(PARTS),--parts $(PARTS)) $(if $(RUNS),--runs $(RUNS)) --json .build/bench.json \
		--markdown .build/bench.md $(if $(PARTS),,--svg .build/performance-growth.svg)

bench-hosts: setup build hosts ## what one host costs over ssh, with release builds (docs/hosts.md)
	@Scripts/check-hosts --figures "$(RELEASE_BINARY)" Hosts/.build/release/mosaic-fleet-hosts

soak: ## the long runs: every interleaving, thousands of kills, leaks under valgrind, fuzzing; PARTS=chaos,fuzz for some
	@Scripts/setup soak
	@Scripts/soak $(if $(PARTS),--only $(PARTS))

fuzz: setup ## coverage-guided fuzzing of every decoder, 60 s each; keeps the corpus
	@Scripts/fuzz all

build: setup ## the release binary, without any Swift library to install
	$(RELEASE)

hosts: ## the second program, mosaic-fleet-hosts; `make install` installs it where it was built
	swift build --package-path Hosts -c release --static-swift-stdlib --disable-local-rpath --product mosaic-fleet-hosts

check-hosts: setup ## both programs against two real hosts behind sshd, with debug builds
	swift build --product mosaic
	swift build --package-path Hosts --product mosaic-fleet-hosts
	@Scripts/check-hosts .build/debug/mosaic Hosts/.build/debug/mosaic-fleet-hosts

check-binary: build ## what the release binary is linked with
	@Scripts/check-binary "$(RELEASE_BINARY)"

manual: ## write the manual pages and the completions again
	swift package --allow-writing-to-package-directory renew-manual

hosts-completions: ## write the completions of mosaic-fleet-hosts again
	swift build --package-path Hosts --product mosaic-fleet-hosts
	Hosts/.build/debug/mosaic-fleet-hosts --generate-completion-script bash >Hosts/completions/mosaic-fleet-hosts.bash
	Hosts/.build/debug/mosaic-fleet-hosts --generate-completion-script zsh >Hosts/completions/_mosaic-fleet-hosts
	Hosts/.build/debug/mosaic-fleet-hosts --generate-completion-script fish >Hosts/completions/mosaic-fleet-hosts.fish

deb: build ## a Debian package, in .build/deb
	@Scripts/deb

check-deb: build ## build the package, install, use and remove it on a throw-away copy of this machine
	@Scripts/check-deb

tarball: build ## the program for any Linux, with its own install and uninstall, in .build/tarball
	@Scripts/tarball

check-tarball: build ## build the tarball, install, use and remove it below scratch folders
	@Scripts/check-tarball

release: setup ## date, check and build a release, and print its notes; SKIP_TESTS=1 where CI has passed them
	@Scripts/release $(if $(SKIP_TESTS),--skip-tests)

install: ## the built binary and its documents below PREFIX (default /usr/local)
	@[[ -x "$(RELEASE_BINARY)" ]] || { echo "there is no $(RELEASE_BINARY); run 'make build' first" >&2; exit 1; }
	install -D -m 0755 "$(RELEASE_BINARY)" "$(bindir)/mosaic"
	strip --strip-debug "$(bindir)/mosaic" # the symbols stay, for backtraces
	@if [[ -x Hosts/.build/release/mosaic-fleet-hosts ]]; then \
		install -D -m 0755 Hosts/.build/release/mosaic-fleet-hosts "$(bindir)/mosaic-fleet-hosts"; \
		strip --strip-debug "$(bindir)/mosaic-fleet-hosts"; \
		install -d -m 0755 "$(sharedir)/man/man1"; \
		gzip -9n <Hosts/man/mosaic-fleet-hosts.1 >"$(sharedir)/man/man1/mosaic-fleet-hosts.1.gz"; \
		chmod 0644 "$(sharedir)/man/man1/mosaic-fleet-hosts.1.gz"; \
		install -D -m 0644 Hosts/completions/mosaic-fleet-hosts.bash "$(sharedir)/bash-completion/completions/mosaic-fleet-hosts"; \
		install -D -m 0644 Hosts/completions/_mosaic-fleet-hosts "$(sharedir)/$(ZSH_FOLDER)/_mosaic-fleet-hosts"; \
		install -D -m 0644 Hosts/completions/mosaic-fleet-hosts.fish "$(sharedir)/fish/vendor_completions.d/mosaic-fleet-hosts.fish"; \
	fi
	install -D -m 0644 -t "$(sharedir)/doc/mosaic-fleet" LICENSE README.md CHANGELOG.md
	install -D -m 0644 -t "$(sharedir)/doc/mosaic-fleet/docs" docs/*.md
	@for page in man/*.[1-8]; do \
		install -d -m 0755 "$(sharedir)/man/man$${page##*.}"; \
		gzip -9n <"$$page" >"$(sharedir)/man/man$${page##*.}/$${page##*/}.gz"; \
		chmod 0644 "$(sharedir)/man/man$${page##*.}/$${page##*/}.gz"; \
	done
	install -D -m 0644 completions/mosaic.bash "$(sharedir)/bash-completion/completions/mosaic"
	install -D -m 0644 completions/_mosaic "$(sharedir)/$(ZSH_FOLDER)/_mosaic"
	install -D -m 0644 completions/mosaic.fish "$(sharedir)/fish/vendor_completions.d/mosaic.fish"
	@for unit in packaging/units/*; do \
		install -D -m 0644 "$$unit" "$(unitdir)/$${unit##*/}"; \
		sed -i 's|/usr/bin/mosaic |$(PREFIX)/bin/mosaic |' "$(unitdir)/$${unit##*/}"; \
	done

uninstall: ## remove what install put there
	rm -f "$(bindir)/mosaic" "$(bindir)/mosaic-fleet-hosts" "$(sharedir)"/man/man1/mosaic.1.gz "$(sharedir)"/man/man?/mosaic-fleet*.[1-8].gz \
		"$(sharedir)/bash-completion/completions/mosaic" "$(sharedir)/$(ZSH_FOLDER)/_mosaic" \
		"$(sharedir)/fish/vendor_completions.d/mosaic.fish" "$(sharedir)/bash-completion/completions/mosaic-fleet-hosts" \
		"$(sharedir)/$(ZSH_FOLDER)/_mosaic-fleet-hosts" "$(sharedir)/fish/vendor_completions.d/mosaic-fleet-hosts.fish" \
		"$(unitdir)/mosaic-tmux-holder.service" "$(unitdir)/mosaic-agent@.service"
	rm -rf "$(sharedir)/doc/mosaic-fleet"

format: ## bring the sources into the house's format
	swift format --in-place --recursive Sources Tests Plugins Benchmarks Hosts/Sources Hosts/Tests Hosts/Package.swift Package.swift

lint: ## format, shell scripts, layers, and what must not be in the tree
	@Scripts/lint

clean: ## remove what the build made
	rm -rf .build Hosts/.build Benchmarks/.build Benchmarks/.build-programs
