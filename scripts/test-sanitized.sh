#!/usr/bin/env bash
# Our own tests under our own sanitizer (those of the runtime aside, which cannot be checked by itself). Arguments: rooms; without any, all.
# Left out are assemblies that the tests rewrite themselves, from their own folder, and the compiler, whose object pools race on purpose.
set -u
cd "$(dirname "$0")/.."
dotnet build src/Ncsan.Cli -c Release --nologo -v quiet || exit 1
status=0
rooms=("$@")
[ $# -gt 0 ] || rooms=(Annotations Reporting Contracts Rewriter Locks)
for room in "${rooms[@]}"; do
  if dotnet src/Ncsan.Cli/bin/Release/net10.0/ncsan.dll test "tests/Ncsan.$room.Tests" \
      --exclude 'Microsoft.CodeAnalysis*' --exclude Newtonsoft.Json --exclude 'Mono.Cecil*' --exclude 'Ncsan.*.Subject*' --exclude 'Ncsan.Bench*' -- -noColor; then
    echo "ok sanitized $room"
  else
    echo "not ok sanitized $room"
    status=1
  fi
done
exit "$status"
