#!/usr/bin/env bash
# The one test command of the README: builds everything and runs every test project, one after another (they use both cores themselves).
set -u
cd "$(dirname "$0")/.."
dotnet build Ncsan.slnx --nologo -v quiet || exit 1
scripts/self-verify.sh
proved=$?
dotnet test --solution Ncsan.slnx --no-build --no-ansi --no-progress --max-parallel-test-modules 1 && exit $proved
