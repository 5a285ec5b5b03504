#!/usr/bin/env bash
# The whole framework, instrumented and compiled ahead: builds it, checks it, runs the clean corpus twenty times, a web server and csc on it, and says what State down costs.
# Takes ten minutes and more. Prints one "ok"/"not ok" line for each.
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
    NCSAN_FINDINGS="$work/$name.jsonl" NCSAN_SAMPLING=always DOTNET_TieredPGO=0 timeout 1800 "$overlay/dotnet" "$work/$name/$dll" "$@" || return 1
    ! grep '"record":"finding"' "$work/$name.jsonl"
}

run corpus tests/Ncsan.Corpus/bin/Debug/net10.0 Ncsan.Corpus.dll --for 60000 $(grep -hoE 'public static void [A-Za-z0-9]+\(\)' tests/Ncsan.Corpus/Clean/*.cs | sed -E 's/.* ([A-Za-z0-9]+)\(\)/\1/') > "$work/corpus.log"
say $? "the clean corpus: nothing is found"
run web tests/Ncsan.Framework.Web/bin/Debug/net10.0 Ncsan.Framework.Web.dll 10000
say $? "a minimal API on Kestrel answers 10,000 requests; processes, file watching, load contexts"

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
run csc "$sdk/Roslyn/bincore" csc.dll -noconfig -nostdlib -out:"$work/big.dll" $references "$work/big.cs"
say $? "csc compiles 3,000 methods"

bench=bench/Ncsan.Bench.Framework/bin/Debug/net10.0/Ncsan.Bench.Framework.dll
for _ in 1 2 3; do dotnet $bench 150 >> "$work/stock"; "$overlay/dotnet" $bench 150 >> "$work/overlay"; done
python3 - "$work/stock" "$work/overlay" <<'PY'
import math, sys
def best(path):
    times = {}
    for line in open(path):
        name, time = line.rstrip('\n').split('\t')
        times[name] = min(times.get(name, math.inf), float(time))
    return times
stock, overlay = best(sys.argv[1]), best(sys.argv[2])
ratios = {name: overlay[name] / stock[name] for name in stock}
for name, ratio in ratios.items(): print(f'   {name}: {ratio:.2f}')
mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
print(f'   State down against stock: {mean:.2f} in geometric mean, {max(ratios.values()):.2f} at worst')
sys.exit(0 if mean <= 2 and max(ratios.values()) <= 4 else 1)
PY
say $? "State down costs at most 2 in geometric mean and 4 at worst"
exit $failed
