#!/usr/bin/env bash
# The second law, proved on every build: no path from a hook leads back into instrumented code, and nothing that a hook reaches breaks the
# no-instrument contract. Prints one "ok"/"not ok" line for each, with the proof's size. Needs a built solution.
set -u
cd "$(dirname "$0")/.."
configuration=${1:-Debug}
bin=src/Ncsan.Cli/bin/$configuration/net10.0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0

check() {
    local what=$1
    shift
    if dotnet "$bin/ncsan.dll" verify "$bin/Ncsan.Runtime.dll" --profile scripts/self-verify.profile "$@" > "$log"; then
        echo "ok $what: $(tail -1 "$log")"
    else
        cat "$log"
        echo "not ok $what"
        failed=1
    fi
}

check "the hooks keep the no-instrument contract"
check "no path from a hook leads into instrumented code" --recursion hooks --strict
grep -A1000 -E "which the profile accepts" "$log" | grep -v "^Ncsan.Runtime:" | sed 's/^/   /'
exit $failed
