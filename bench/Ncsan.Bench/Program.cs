using Ncsan.Bench;

// The bench raises and lowers State itself.
Environment.SetEnvironmentVariable("NCSAN_SAMPLING", "off");

return args switch
{
    ["kernels", .. var rest] => KernelRatios.Run(rest),
    ["all"] => Everything.Run(),
    ["scaling", .. var rest] => Scaling.Run(rest),
    ["libraries", .. var rest] => LibraryRatios.Run(rest),
    ["locks", .. var rest] => LockPairs.Run(rest),
    ["rewrite", var file, .. var rest] => Rewriting.Run(file, rest),
    ["startup", var tool, var dll] => Startup.Run(tool, dll, pairs: 40),
    ["rounds", var tool, .. var suites] => RoundCost.Run(tool, suites, pairs: 10),
    ["verify-once", var file] => VerifyingNative.Once(file),
    ["verify", .. var files] => Verifying.Run(files),
    _ => Usage(),
};

static int Usage()
{
    Console.WriteLine("""
        kernels [--up] [--only TEXT]   instrumented / clean over the kernels, with State down, or up too
        all                            all of it that a limit is set for, and whether it holds
        scaling [--only TEXT]          the kernels on two threads beside each other
        libraries [--up] [--only TEXT] the same over Newtonsoft.Json, Mono.Cecil and the C# compiler
        locks [--only TEXT]            lock pairs on warm chains, validated / clean
        startup TOOL DLL               a small program under a cached `ncsan run` and by itself; TOOL is an installed ncsan or ncsan.dll
        rounds TOOL DLL...             test suites without candidates under one round of `ncsan test` and by themselves; and a suite with candidates, whose delays have a budget
        verify [FILE...]               the IL verifier over the C# compiler, or other assemblies, with the framework behind them; the ELF verifier over an
                                       object of 25 MB, or over ELF files; with OBJTOOL=PATH each run is paired with one of the kernel's objtool
        rewrite FILE [FOLDER]          how long one assembly takes to rewrite, and how much memory
        """);
    return 1;
}
