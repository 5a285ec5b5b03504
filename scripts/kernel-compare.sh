#!/usr/bin/env bash
# Compares `ncsan verify` with the kernel's own objtool on real kernels. Opt-in: it needs Debian 12, root for apt, the network for the packages,
# 4 GB of disk, and some minutes of compiling. Nothing that it makes is ever committed.
#
#   scripts/kernel-compare.sh [WORK FOLDER]          default: /tmp/ncsan-kernels
#   COMPILERS="gcc clang" JOBS=2 RUNS=5 EXTRA_CONFIG=/absolute/more.config scripts/kernel-compare.sh
#
# For each compiler it builds vmlinux.o of linux-source-6.1 with KCSAN, lockdep and paravirt twice: as it is, and with the bug of August 2020 put
# back (the arch_local_* helpers `inline notrace` instead of `__always_inline`). It exits with 1 if objtool reports something that ncsan does not.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-/tmp/ncsan-kernels}
compilers=${COMPILERS:-gcc clang}
jobs=${JOBS:-$(nproc)}
runs=${RUNS:-5}
mkdir -p "$work"
cd "$work"

packages="linux-source-6.1 flex bison bc libelf-dev libssl-dev kmod cpio rsync xz-utils make gcc binutils python3 time"
case " $compilers " in *" clang "*) packages="$packages clang-14 lld-14 llvm-14" ;; esac
missing=$(dpkg-query -W -f '${Package} ${Status}\n' $packages 2>/dev/null | awk '/ok installed/ { print $1 }' | sort | comm -13 - <(tr ' ' '\n' <<< "$packages" | sort))
if [ -n "$missing" ]; then
    apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
fi

[ -d linux-source-6.1 ] || tar xf /usr/src/linux-source-6.1.tar.xz
if [ ! -d src-bug ]; then
    cp -al linux-source-6.1 src-bug
    # sed writes a new file, so the hard-linked original stays as it is.
    sed -i 's/static __always_inline \(unsigned long\|void\) arch_local_/static inline notrace \1 arch_local_/' src-bug/arch/x86/include/asm/paravirt.h
fi

cat > fragment <<'F'
CONFIG_64BIT=y
CONFIG_SMP=y
CONFIG_HYPERVISOR_GUEST=y
CONFIG_PARAVIRT=y
CONFIG_PARAVIRT_XXL=y
CONFIG_XEN=y
CONFIG_XEN_PV=y
CONFIG_PARAVIRT_DEBUG=y
CONFIG_EXPERT=y
CONFIG_DEBUG_KERNEL=y
CONFIG_DEBUG_ENTRY=y
CONFIG_KCSAN=y
CONFIG_PROVE_LOCKING=y
CONFIG_PRINTK=y
CONFIG_BUG=y
CONFIG_TTY=y
F

build() # SOURCE OUT COMPILER
{
    local llvm=
    [ "$3" = clang ] && llvm=LLVM=-14
    [ -f "$2/vmlinux.o" ] && return
    mkdir -p "$2"
    (
        cd "$1" &&
            make -s O="$work/$2" $llvm ARCH=x86_64 tinyconfig &&
            cat "$work/fragment" ${EXTRA_CONFIG:-} > "$work/$2/fragment" &&
            scripts/kconfig/merge_config.sh -m -O "$work/$2" "$work/$2/.config" "$work/$2/fragment" &&
            make -s O="$work/$2" $llvm ARCH=x86_64 olddefconfig &&
            grep -q '^CONFIG_KCSAN=y' "$work/$2/.config" && grep -q '^CONFIG_NOINSTR_VALIDATION=y' "$work/$2/.config" &&
            make -s O="$work/$2" $llvm ARCH=x86_64 -j"$jobs" vmlinux
    ) > "$2.log" 2>&1 || { echo "$2 did not build; see $work/$2.log" >&2; exit 2; }
}

ncsan="$root/src/Ncsan.Cli/bin/Release/net10.0/ncsan.dll"
dotnet build "$root/src/Ncsan.Cli" -c Release -v q -nologo > ncsan-build.log 2>&1 || { tail -5 ncsan-build.log >&2; exit 2; }

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

measure() # NAME COMMAND...: medians of processor time and resident memory, into NAME.cost
{
    local name=$1
    shift
    : > "$name.times"
    for ((i = 0; i < runs; i++)); do /usr/bin/time -a -o "$name.times" -f '%e %U %S %M' "$@" > "$name.out" 2>&1 || true; done
    grep -v '[a-z]' "$name.times" | awk '{ print $1 }' | median > "$name.wall"
    grep -v '[a-z]' "$name.times" | awk '{ print $2 + $3 }' | median > "$name.cpu"
    grep -v '[a-z]' "$name.times" | awk '{ print $4 / 1024 }' | median > "$name.memory"
}

status=0
for compiler in $compilers; do
    for variant in clean bug; do
        out=$compiler
        source=linux-source-6.1
        [ "$variant" = bug ] && { out=$compiler-bug; source=src-bug; }
        build "$source" "$out" "$compiler"
        cp "$out/vmlinux.o" "$out.object.o"
        measure "$out.objtool" "$out/tools/objtool/objtool" --noinstr --link "$out.object.o"
        measure "$out.ncsan" dotnet "$ncsan" verify "$out.object.o"
        sed -n 's/.*objtool: \([^ ]*\): \(.*\)/\1 \2/p' "$out.objtool.out" | sort -u > "$out.objtool.found"
        sed -n 's/^[^ ]*: \(.*\): error \(NCS[0-9]*\): \(.*\)/\1 \2 \3/p' "$out.ncsan.out" | sort -u > "$out.ncsan.found"
        cut -d' ' -f1 "$out.objtool.found" | sort -u > "$out.objtool.places"
        cut -d' ' -f1 "$out.ncsan.found" | sort -u > "$out.ncsan.places"
        both=$(comm -12 "$out.objtool.places" "$out.ncsan.places" | wc -l)
        lost=$(comm -23 "$out.objtool.places" "$out.ncsan.places")
        size=$(($(stat -c %s "$out/vmlinux.o") / 1000))
        echo
        echo "$compiler, $variant: vmlinux.o of $size kB; objtool $(wc -l < "$out.objtool.places"), ncsan $(wc -l < "$out.ncsan.places"), both $both"
        printf '  objtool  %5.2f s wall, %5.2f s processor, %4.0f MB\n' "$(cat "$out.objtool.wall")" "$(cat "$out.objtool.cpu")" "$(cat "$out.objtool.memory")"
        printf '  ncsan    %5.2f s wall, %5.2f s processor, %4.0f MB\n' "$(cat "$out.ncsan.wall")" "$(cat "$out.ncsan.cpu")" "$(cat "$out.ncsan.memory")"
        if [ -n "$lost" ]; then
            status=1
            echo "$lost" | sed 's/^/  MISSING  /'
        fi

        comm -13 "$out.objtool.places" "$out.ncsan.places" | while read -r place; do
            line=$(grep -F "$place" "$out.ncsan.found" | head -1)
            if grep -q "^${place%%+*}+" "$out.objtool.places"; then why="objtool stops at the first fault of a function"
            elif grep -q '^\.altinstr_replacement' <<< "$place"; then why="a jump of a replacement to code that is no function: objtool goes on there as if it belonged to the caller, and does not ask where it is"
            else why="UNEXPLAINED"; fi
            echo "  extra    $line"
            echo "           ($why)"
        done
        dotnet "$ncsan" verify "$out.object.o" --recursion hooks > "$out.recursion" || true
        echo "  from the hooks: $(tail -1 "$out.recursion" | cut -d' ' -f2-)"
        grep -q 'kcsan_setup_watchpoint -> trace_hardirqs_on -> lockdep_hardirqs_on_prepare' "$out.recursion" && echo "  with the way through trace_hardirqs_on and lockdep_hardirqs_on_prepare"
    done
done

exit $status
