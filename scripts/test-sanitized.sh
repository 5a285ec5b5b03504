#!/usr/bin/env bash
# Our own tests under our own sanitizer (those of the runtime aside, which cannot be checked by itself). Arguments: rooms; without any, all.
set -u
cd "$(dirname "$0")/.."
dotnet build src/Ncsan.Cli -c Release --nologo -v quiet || exit 1

# What a room leaves out of the rewriting. Nothing is left out because of a report.
excludes() {
  case $1 in
    # These tests verify the compiler and Mono.Cecil as their subjects, from their own folder: rewritten, they would be others.
    Contracts) echo --exclude 'Microsoft.CodeAnalysis*' --exclude 'Mono.Cecil*' ;;
    # These rewrite what lies beside them, as subjects; what is instrumented already is refused.
    Rewriter) echo --exclude 'Microsoft.CodeAnalysis*' --exclude Newtonsoft.Json --exclude 'Mono.Cecil*' --exclude 'Ncsan.Bench*' --exclude 'Ncsan.*.Subject*' ;;
    Locks) echo --exclude 'Ncsan.Locks.Subject*' --exclude 'Mono.Cecil*' ;;
    Framework) echo --exclude 'Ncsan.Framework.Subject*' --exclude 'Ncsan.Framework.Web*' --exclude 'Mono.Cecil*' ;;
    Corpus) echo --exclude Ncsan.Corpus ;;
  esac
}

status=0
rooms=("$@")
[ $# -gt 0 ] || rooms=(Annotations Reporting Contracts Rewriter Locks Cli Framework Corpus)
set -f
for room in "${rooms[@]}"; do
  # shellcheck disable=SC2046
  if dotnet src/Ncsan.Cli/bin/Release/net10.0/ncsan.dll test "tests/Ncsan.$room.Tests" --rounds 1 $(excludes "$room") -- -noColor; then
    echo "ok sanitized $room"
  else
    echo "not ok sanitized $room"
    status=1
  fi
done
exit "$status"
