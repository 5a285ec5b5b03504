#!/usr/bin/env python3
"""What State down costs: framework-bench.py STOCK-DOTNET OVERLAY-DOTNET BENCH-DLL [PROCESSES] [ROUNDS].

Each program is timed in several processes on either framework, in turn. A process tells the time of its fastest round, after so many that the last tier is reached; what a
program costs is the median over processes, since now and then a process never leaves a slow tier in one of them. Fails above 2 in geometric mean or 4 at worst."""
import math, os, statistics, subprocess, sys

stock, overlay, dll = sys.argv[1:4]
processes, rounds = int((sys.argv[4:5] or ['5'])[0]), (sys.argv[5:6] or ['150'])[0]


def times(dotnet, into, **settings):
    output = subprocess.run([dotnet, dll, rounds], capture_output=True, text=True, check=True, env={**os.environ, **settings}).stdout
    for line in output.splitlines():
        name, time = line.split('\t')
        into.setdefault(name, []).append(float(time))


on_stock, on_overlay = {}, {}
for _ in range(processes):
    times(stock, on_stock)
    times(overlay, on_overlay, DOTNET_JitDelegateProfiling='0')  # as ncsan run starts it
ratios = {name: statistics.median(on_overlay[name]) / statistics.median(on_stock[name]) for name in on_stock}
for name, ratio in sorted(ratios.items(), key=lambda r: -r[1]):
    spread = [o / statistics.median(on_stock[name]) for o in on_overlay[name]]
    print(f'   {name}: {ratio:.2f} ({min(spread):.2f} to {max(spread):.2f} by process)')
mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
print(f'   State down against stock: {mean:.2f} in geometric mean, {max(ratios.values()):.2f} at worst, medians of {processes} processes')
sys.exit(0 if mean <= 2 and max(ratios.values()) <= 4 else 1)
