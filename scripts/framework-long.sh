#!/usr/bin/env bash
# The whole framework, instrumented and compiled ahead: builds it, checks it, runs the clean corpus twenty times, a web server and csc on it, what a user types, and says what State down costs.
# Takes half an hour and more. Prints one "ok"/"not ok" line for each.
set -u
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

say() { if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "not ok $2"; failed=1; fi; }

dotnet build Ncsan.slnx --nologo -v quiet || exit 1
dotnet build bench/Ncsan.Bench.Framework --nologo -v quiet || exit 1
ncsan="dotnet $root/src/Ncsan.Cli/bin/Debug/net10.0/ncsan.dll"
overlay=$($ncsan framework build --aspnet) || exit 1
$ncsan framework doctor
say $? "every file of the instrumented framework is what was built, and no assembly failed"

NCSAN_LONG=1 dotnet tests/Ncsan.Framework.Tests/bin/Debug/net10.0/Ncsan.Framework.Tests.dll
say $? "racy twins, clean programs twenty times, the recursion law, the cache"

# run NAME FOLDER DLL ARGS...: rewritten and run with sampling always on; the program says itself whether its results are right, and nothing may be found.
run() {
    local name=$1 folder=$2 dll=$3
    shift 3
    $ncsan instrument "$folder" -o "$work/$name" --exclude 'Microsoft.*' --exclude 'System.*' --exclude VBCSCompiler || return 1
    NCSAN_FINDINGS="$work/$name.jsonl" NCSAN_SAMPLING=always DOTNET_JitDelegateProfiling=0 timeout 1800 "$overlay/dotnet" "$work/$name/$dll" "$@" || return 1
    ! grep '"record":"finding"' "$work/$name.jsonl"
}

# clean NAME FOLDER DLL ARGS...: twenty runs, half of them watched as they are for a user, half as densely as the sampler can.
clean() {
    local name=$1 found=0
    for round in $(seq 20); do
        if [ $((round % 2)) -eq 0 ]; then run "$@"; else NCSAN_COLD_VISITS=127 NCSAN_SKIP_WATCH=20 NCSAN_DELAY_SHARE=80 run "$@"; fi > "$work/$name.log" || { found=1; grep -vE '^(begin|end) .* ok ' "$work/$name.log" | tail -20; }
        rm -rf "${work:?}/$name" "$work/$name.jsonl"
    done
    return $found
}

corpus=tests/Ncsan.Corpus/bin/Debug/net10.0
names() { grep -hoE "(static|async) [A-Za-z<>]+ $1\(\)" $2 | sed -E 's/.* ([A-Za-z0-9]+)\(\)/\1/'; }
# shellcheck disable=SC2046
clean corpus $corpus Ncsan.Corpus.dll --for 60000 $(comm -12 <(dotnet $corpus/Ncsan.Corpus.dll --list | sort) <(names '[A-Z][A-Za-z0-9]+' "$(echo tests/Ncsan.Corpus/Clean/*.cs)" | sort -u))
say $? "the clean corpus, twenty runs: nothing is found"
# shellcheck disable=SC2046
run twins $corpus Ncsan.Corpus.dll --for 60000 $(dotnet $corpus/Ncsan.Corpus.dll --list | grep TestNoRace) > "$work/twins.log" || { grep -vE '^(begin|end) .* ok ' "$work/twins.log" | tail -20; false; }
say $? "the clean twins of the conformance corpus: nothing is found"
DOTNET_GCgen0size=40000 run stress tests/Ncsan.Framework.Subject/bin/Debug/net10.0 Ncsan.Framework.Subject.dll $(dotnet tests/Ncsan.Framework.Subject/bin/Debug/net10.0/Ncsan.Framework.Subject.dll --list) > "$work/stress.log" || { tail -20 "$work/stress.log"; false; }
say $? "the clean programs of the framework while the collector runs every 256 KB: nothing is found"
run web tests/Ncsan.Framework.Web/bin/Debug/net10.0 Ncsan.Framework.Web.dll 10000
say $? "a minimal API on Kestrel answers 10,000 requests; processes, file watching, load contexts"

mkdir "$work/stock" "$work/overlay"
python3 - "$work/big.cs" <<'PY'
import sys
with open(sys.argv[1], 'w') as f:
    f.write('using System; using System.Collections.Generic; using System.Linq;\npublic static class P { public static void Main() => Console.WriteLine(C0.M0(1)); }\n')
    for c in range(30):
        f.write(f'static class C{c} {{\n')
        for m in range(100):
            f.write(f' public static long M{m}(int x) {{ var l = new List<int> {{ x, {m} }}; foreach (var q in l.Where(z => z > {m})) {{ x += q; }} return x; }}\n')
        f.write('}\n')
PY
sdk=$(dirname "$(dotnet --list-sdks | tail -1 | sed -E 's/^([^ ]+) \[(.*)\]$/\2\/\1\/x/')")
references=$(for name in System.Private.CoreLib System.Runtime System.Console System.Collections System.Linq; do echo "-r:$(dirname "$(dotnet --list-runtimes | grep NETCore.App | tail -1 | sed -E 's/^[^ ]+ ([^ ]+) \[(.*)\]$/\2\/\1\/x/')")/$name.dll"; done)
dotnet "$sdk/Roslyn/bincore/csc.dll" -noconfig -nostdlib -deterministic -out:"$work/stock/big.dll" $references "$work/big.cs" && run csc "$sdk/Roslyn/bincore" csc.dll -noconfig -nostdlib -deterministic -out:"$work/overlay/big.dll" $references "$work/big.cs" && cmp "$work/stock/big.dll" "$work/overlay/big.dll"
say $? "csc compiles 3,000 methods to the bytes that it makes on stock"

# What a user types, on both test platforms; racy tests and programs fail the run, clean ones do not.
fails() { local expected=$1; shift; "$@" > "$work/said" 2>&1; [ $? -eq 66 ] && grep -q "$expected" "$work/said" || { tail -30 "$work/said"; return 1; }; }
silent() { "$@" > "$work/said" 2>&1 && grep -q 'no findings' "$work/said" || { tail -30 "$work/said"; return 1; }; }
subjects=tests/Ncsan.Cli.Tests/Subjects
fails 'race on BankTests._balance' $ncsan test $subjects/XunitV2/bin/Debug/net10.0/XunitV2.dll --framework -- --filter 'FullyQualifiedName!~Fails'
say $? "ncsan test --framework finds the race of a test on VSTest"
fails 'race on BankTests._balance' $ncsan test $subjects/XunitV3/bin/Debug/net10.0/XunitV3.dll --framework -- -method- '*Fails'
say $? "ncsan test --framework finds the race of a test on Microsoft.Testing.Platform"
silent $ncsan test $subjects/XunitV2/bin/Debug/net10.0/XunitV2.dll --framework -- --filter 'FullyQualifiedName~Passes' && silent $ncsan test $subjects/XunitV3/bin/Debug/net10.0/XunitV3.dll --framework -- -method '*Passes'
say $? "ncsan test --framework finds nothing in clean tests of both"
fails 'Dictionary<int, decimal>' $ncsan run samples/UnsafeCollection --framework
say $? "ncsan run --framework finds the race of samples/UnsafeCollection"
silent $ncsan run samples/CleanHandOff --framework
say $? "ncsan run --framework finds nothing in samples/CleanHandOff"

python3 scripts/framework-bench.py dotnet "$overlay/dotnet" bench/Ncsan.Bench.Framework/bin/Debug/net10.0/Ncsan.Bench.Framework.dll 5 150
say $? "State down costs at most 2 in geometric mean and 4 at worst"
exit $failed
