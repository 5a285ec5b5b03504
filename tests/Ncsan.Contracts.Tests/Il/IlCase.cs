namespace Ncsan.Contracts.Tests.Il;

/// <summary>
/// A small program and its clean twin in one text: with the symbol BROKEN it breaks the contract as <see cref="Expected"/> says and in no other way;
/// without it, it keeps the contract.
/// </summary>
/// <param name="Name">What breaks it.</param>
/// <param name="Expected">One <c>NCS03xx text</c> for each violation; the text is in its message.</param>
/// <param name="Source">C#, after <see cref="Prelude"/>.</param>
public sealed record IlCase(string Name, string[] Expected, string Source)
{
    /// <summary>Some case has only code that nobody outside can reach: verified as a whole program. Others are libraries.</summary>
    public bool Open { get; init; }

    /// <summary>The whole module is marked [NoInstrument].</summary>
    public bool Module { get; init; }

    /// <summary>Release builds have no Debug.Assert; debug builds cache no static lambdas away. Both are worth a case.</summary>
    public bool Optimize { get; init; }

    internal const string Prelude = """
        using System;
        using System.Collections;
        using System.Collections.Generic;
        using System.Diagnostics;
        using System.Linq;
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using System.Threading;
        using System.Threading.Tasks;
        using Ncsan.Annotations;
        /*module*/
        static class Log
        {
            public static int Count;
            public static void Hit() { Count++; }
            public static int Value() { return Count; }
            [NoInstrument] public static void Quiet() { Count++; }
            [NoInstrument] public static int QuietValue() { return Count; }
        }

        """;

    /// <summary>The whole text.</summary>
    internal string Text => (Module ? Prelude.Replace("/*module*/", "[module: NoInstrument]", StringComparison.Ordinal) : Prelude) + Source;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
