# One command for each habit; each line first installs what is missing (scripts/setup).
.DEFAULT_GOAL := help
.PHONY: help run test demo lint bench faults fuzz build package

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

run: ## the desk's window in practice mode, with a district of its own
	@scripts/setup run && scripts/run

test: ## every test
	@scripts/setup test && scripts/test

demo: ## the clerk's day, played: pictures and papers in target/demo
	@scripts/setup test && scripts/demo

lint: ## format, clippy, repository rules, spelling, licences
	@scripts/setup lint && cargo xtask lint

bench: ## the figures, into target/bench/report.json
	@scripts/setup bench && scripts/bench

faults: ## everything that can break a desk, in full: into target/faults/report.json
	@scripts/setup test && scripts/faults

fuzz: ## what people hand to the desk and what comes over the line, ten minutes for each reader
	@scripts/setup run && scripts/fuzz

build: ## release programs in target/release
	@scripts/setup run && scripts/build

package: build ## the release programs and their papers as one archive in target/package
	@scripts/package
