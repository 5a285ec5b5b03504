using Mono.Cecil;
using Ncsan.Cli.Applications;
using Ncsan.Cli.Repro.Emit;

namespace Ncsan.Cli.Tests;

/// <summary>The calls of public members that <c>--emit</c> writes, and that a compiler takes them.</summary>
public sealed class EmittedCallsTests : IDisposable
{
    private readonly Sandbox _sandbox = new("calls");
    private readonly PublicApi _api;

    public EmittedCallsTests()
    {
        // What was rewritten is told by the site tables of a copy.
        File.WriteAllBytes(Path.Combine(_sandbox.Folder, "Ncsan.Cli.Tests.ncsan-sites"), []);
        _api = new PublicApi(Application.Of(Path.Combine(AppContext.BaseDirectory, "Ncsan.Cli.Tests.dll"), useAppHost: false), _sandbox.Folder);
    }

    public void Dispose()
    {
        _api.Dispose();
        _sandbox.Dispose();
    }

    /// <summary>The frame as a report shows it, and the statement.</summary>
    public static TheoryData<string, string> Statements => new()
    {
        { "Shapes.get_Plain()", "_ = shapes.Plain;" },
        { "Shapes.set_Plain(int)", "shapes.Plain = 1;" },
        { "Shapes.get_Item(int, string)", "_ = shapes[1, \"text\"];" },
        { "Shapes.set_Item(int, string, string)", "shapes[1, \"text\"] = \"text\";" },
        { "Shapes.add_Changed(EventHandler)", "shapes.Changed += (p0, p1) => { };" },
        { "Shapes.Static(DateTime, ReadOnlySpan<byte>)", "@Shapes.Static(System.DateTime.UnixEpoch, new byte[] { 1 });" },
        { "Shapes.Async(CancellationToken)", "shapes.Async(default).GetAwaiter().GetResult();" },
        { "Shapes.AsyncValue()", "shapes.AsyncValue().AsTask().GetAwaiter().GetResult();" },
        { "Shapes.Iterate()", "foreach (var item in shapes.Iterate(1)) { }" },
        { "Shapes.IterateLater()", "foreach (var item in System.Threading.Tasks.TaskAsyncEnumerableExtensions.ToBlockingEnumerable(shapes.IterateLater())) { }" },
        { "Shapes.Try(string, ref int)", "shapes.Try(\"text\", out _);" },
        { "Shapes.With(Func<int, string>, Action, IEnumerable<Shapes>, Mode?)", "shapes.With((p0) => \"text\", () => { }, new @Shapes[] { shapes }, default(@Mode));" },
        { "Shapes.Generic(T, List<T>)", "shapes.Generic<string>(\"text\", new System.Collections.Generic.List<string> { \"text\" });" },
        { "Shapes.Optional(int, int, int[])", "shapes.Optional(1);" },
        { "Shapes..ctor(ISource, Mode)", "_ = new @Shapes(source);" },
        { "Source.System.IDisposable.Dispose()", "((System.IDisposable)source).Dispose();" },
        { "Cache<TKey, TValue>.Get(TKey)", "cache.Get(\"text\");" },
        { "Cache<TKey, TValue>.GetEnumerator()", "for (var items = cache.GetEnumerator(); items.MoveNext();) { }" },
        { "Cache<TKey, TValue>.Entry.Drop()", "entry.Drop();" },
        { "Built.Size()", "built.Size();" },
        { "Ncsan.Cli.Tests.EmitSubjects.Built.Size()", "built.Size();" },
    };

    [Theory, MemberData(nameof(Statements))]
    public void TheCallOfAMemberIsWritten(string frame, string statement) => Assert.Equal(statement, Write(frame).Statement!.Replace("Ncsan.Cli.Tests.EmitSubjects.", "@"));

    [Theory]
    [InlineData("Shapes.ByReference(ref int)", "ByReference takes its value by reference")]
    [InlineData("Unbuilt.Size()", "a Ncsan.Cli.Tests.EmitSubjects.Unbuilt cannot be made: no public constructor or factory takes what can be made up")]
    public void WhatCannotBeCalledHasAReason(string frame, string why) => Assert.Equal((null, why), (Write(frame).Statement, Write(frame).Why));

    [Theory]
    [InlineData("Hidden.Call()")]
    [InlineData("Unbuilt..ctor()")]
    [InlineData("Shapes.Iterate() lambda")]
    [InlineData("Nobody.Knows()")]
    public void WhatNobodyMayCallIsNotFound(string frame) => Assert.Null(_api.Find(frame));

    [Fact]
    public void ALambdaLeadsToItsMethod() => Assert.Equal("Iterate", _api.FindHolder("Shapes.Iterate() lambda")!.Name);

    [Fact]
    public void EveryStatementCompiles()
    {
        var maker = new ObjectMaker(_api);
        var calls = new Calls(maker, sharesReceiver: true);
        string[] statements = [.. Statements.Select(row => calls.Statement(_api.Find(row.Data.Item1)!)!)];
        var scenario = new Scenario("every shape", maker.Shared, string.Join("\n", statements), null, maker.Modules);
        string program = Path.Combine(_sandbox.Folder, "shapes.cs");
        File.WriteAllText(program, ProgramText.Of("none", scenario, [$"#:property AdditionalExplicitAssemblyReferences={typeof(EmittedCallsTests).Assembly.Location}", "#:property PublishAot=false"], "shapes.cs"));
        var built = Ncsan.Execute("dotnet", ["build", program, "-v", "q"], _sandbox.Folder);
        Assert.True(built.ExitCode == 0, built.Out + File.ReadAllText(program));
    }

    private (string? Statement, string Why) Write(string frame)
    {
        var calls = new Calls(new ObjectMaker(_api), sharesReceiver: true);
        MethodDefinition? method = _api.Find(frame);
        Assert.True(method is not null, $"{frame} is not found");
        return (calls.Statement(method!), calls.Why);
    }
}
