using Ncsan.Contracts.Elf;
using Ncsan.Contracts.Il;
using Ncsan.Contracts.Model;
using Ncsan.Contracts.Rules;
using Ncsan.Contracts.Tests.Il;

namespace Ncsan.Contracts.Tests.Elf;

/// <summary>A NativeAOT binary has symbols but no attributes: its assemblies say which of its functions are protected.</summary>
public sealed class NativeAotTests
{
    private const string Source = """
        using System;
        using Ncsan.Annotations;
        namespace My.Space;
        static class Log
        {
            public static void Hit() { }
            [NoInstrument] public static void Hit(int x) { }
            public static void Traced() { }
        }
        class Box<T>
        {
            public class Inner { [NoInstrument] public void Get<U>() { Log.Hit(); } }
        }
        static class Program
        {
            [NoInstrument] static void Bad() { Instrumentation.Begin(); Log.Hit(); Instrumentation.End(); }
            [NoInstrument] static void Good() { Func<int> made = () => { Log.Hit(3); return 1; }; made(); }
        }
        """;

    private static string Binary => Compiler.Object($"{Compiler.Sanitized} -fno-sanitize=thread -fno-pic", "nativeaot.c");

    private static ManagedSymbols Symbols()
    {
        using var compiler = new IlCompiler();
        return NativeNames.Read([compiler.Compile("Subject", Source)]);
    }

    [Fact]
    public void Methods_are_named_as_the_native_compiler_names_them_overloads_in_order()
    {
        ManagedSymbols symbols = Symbols();
        Assert.True(symbols.TryFind("Subject_My_Space_Log__Hit", out ManagedSymbol plain));
        Assert.Null(plain.Protection);
        Assert.True(symbols.TryFind("Subject_My_Space_Log__Hit_0", out ManagedSymbol marked));
        Assert.Equal("My.Space.Log.Hit(int)", marked.Method);
        Assert.NotNull(marked.Protection);
        Assert.True(symbols.TryFind("Subject_My_Space_Box_1_Inner<Int32>__Get<System___Canon>", out ManagedSymbol generic));
        Assert.NotNull(generic.Protection);
        Assert.True(symbols.TryFind("Subject_My_Space_Program___c___Good_b__1_0", out ManagedSymbol lambda));
        Assert.Contains("made by the compiler from Good", lambda.Protection, StringComparison.Ordinal);
        Assert.False(symbols.TryFind("Other_My_Space_Log__Hit", out _));
    }

    [Fact]
    public void Marked_methods_are_protected_and_what_leaves_them_is_reported()
    {
        using ElfFrontEnd elf = ElfFrontEnd.Open(Binary, Profile.Shipped("nativeaot")!, new ElfCompanions(Managed: Symbols()));
        Assert.Equal(Tier.UpperBound, elf.Graph.Tier);
        string[] found = [.. RuleSet.Check(elf.Graph).Where(v => v.Severity == Severity.Error).Select(v => $"{v.Rule} {v.Function.Name} {v.Target?.Name}").Order(StringComparer.Ordinal)];
        Assert.Equal(
            [
                "NCS0301 Subject_My_Space_Box_1_Inner<Int32>__Get<System___Canon> Subject_My_Space_Log__Hit",
                "NCS0301 Subject_My_Space_Program__Bad Subject_My_Space_Log__Hit",
                "NCS0301 Subject_My_Space_Program__Bad Subject_My_Space_Log__Traced",
            ], found);
        Function traced = Assert.Single(elf.Graph.Named("Subject_My_Space_Log__Traced"));
        Assert.Contains("calls Ncsan_Runtime_Ncsan_Runtime_Hooks__Read", traced.Why, StringComparison.Ordinal);
        Assert.Contains(elf.Graph.Notes, n => n.Contains("Regions leave no trace in native code", StringComparison.Ordinal) && n.Contains("My.Space.Program.Bad()", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_its_assemblies_nothing_is_protected_and_the_report_says_what_to_give()
    {
        Assert.True(ElfFrontEnd.IsNativeAot(Binary));
        using ElfFrontEnd elf = ElfFrontEnd.Open(Binary, Profile.Shipped("nativeaot")!);
        Assert.Empty(RuleSet.Check(elf.Graph));
        Assert.Contains(elf.Graph.Notes, n => n.Contains("--symbols APP.dll", StringComparison.Ordinal));
        Profile all = Profile.Shipped("nativeaot")!;
        all.Add("section", "__managedcode");
        using ElfFrontEnd whole = ElfFrontEnd.Open(Binary, all);
        Assert.Contains(whole.Graph.Functions, f => f.Name == "Subject_My_Space_Log__Hit" && f.Is(FunctionFlags.Protected));
    }

    [Fact]
    public void A_switch_whose_table_counts_from_the_code_is_resolved()
    {
        using ElfFrontEnd elf = ElfFrontEnd.Open(Compiler.Object($"{Compiler.Sanitized} -fno-pic", "switch-from-code.c"), Profile.Shipped("linux")!);
        var found = RuleSet.Check(elf.Graph).Where(v => v.Severity == Severity.Error).Select(v => $"{v.Rule} {v.Function.Name}").Order();
        Assert.Equal(["NCS0301 bad0301_switch"], found);
    }
}
