namespace Ncsan.Cli.Repro.Emit;

/// <summary>Values of types of the framework that a public member is likely to ask for, by the name of the type, as C# expressions.</summary>
internal static class KnownValues
{
    /// <summary>They are short and not empty: most code has nothing to do for an empty text.</summary>
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
        ["System.Boolean"] = "true", ["System.Char"] = "'a'", ["System.Byte"] = "1", ["System.SByte"] = "1", ["System.Int16"] = "1", ["System.UInt16"] = "1", ["System.Int32"] = "1", ["System.UInt32"] = "1",
        ["System.Int64"] = "1", ["System.UInt64"] = "1", ["System.Single"] = "1", ["System.Double"] = "1", ["System.Decimal"] = "1", ["System.IntPtr"] = "1", ["System.UIntPtr"] = "1",
        ["System.String"] = "\"text\"", ["System.Object"] = "new object()", ["System.Type"] = "typeof(object)", ["System.Guid"] = "System.Guid.NewGuid()", ["System.TimeSpan"] = "System.TimeSpan.FromMilliseconds(1)",
        ["System.DateTime"] = "System.DateTime.UnixEpoch", ["System.DateTimeOffset"] = "System.DateTimeOffset.UnixEpoch", ["System.Uri"] = "new System.Uri(\"http://localhost/\")", ["System.Version"] = "new System.Version(1, 0)",
        ["System.Exception"] = "new System.Exception()", ["System.EventArgs"] = "System.EventArgs.Empty", ["System.IFormatProvider"] = "System.Globalization.CultureInfo.InvariantCulture",
        ["System.Globalization.CultureInfo"] = "System.Globalization.CultureInfo.InvariantCulture", ["System.IO.TextWriter"] = "new System.IO.StringWriter()", ["System.IO.TextReader"] = "new System.IO.StringReader(\"text\")",
        ["System.IO.Stream"] = "new System.IO.MemoryStream(new byte[64])", ["System.Text.Encoding"] = "System.Text.Encoding.UTF8", ["System.Threading.CancellationToken"] = "default", ["System.Threading.Tasks.Task"] = "System.Threading.Tasks.Task.CompletedTask",
        ["System.IServiceProvider"] = "null", ["System.StringComparer"] = "System.StringComparer.Ordinal", ["System.Collections.IEnumerable"] = "new object[] { 1 }", ["System.Collections.IList"] = "new System.Collections.ArrayList { 1 }",
        ["System.Collections.IDictionary"] = "new System.Collections.Hashtable()", ["System.Delegate"] = "(System.Action)(() => { })", ["System.IDisposable"] = "new System.IO.MemoryStream()", ["System.IComparable"] = "1",
        ["System.Reflection.Assembly"] = "typeof(object).Assembly", ["System.Reflection.MemberInfo"] = "typeof(string).GetProperty(\"Length\")", ["System.Reflection.PropertyInfo"] = "typeof(string).GetProperty(\"Length\")",
        ["System.Text.RegularExpressions.Regex"] = "new System.Text.RegularExpressions.Regex(\"t\")", ["System.Net.IPAddress"] = "System.Net.IPAddress.Loopback",
    };

    /// <summary>Generic types that a list, a dictionary or a task will do for; <c>{0}</c> and <c>{1}</c> are the arguments, <c>{2}</c> a value of the first.</summary>
    public static readonly IReadOnlyDictionary<string, string> Generic = new Dictionary<string, string>
    {
        ["System.Collections.Generic.IEnumerable`1"] = "new {0}[] {{ {2} }}", ["System.Collections.Generic.IReadOnlyList`1"] = "new {0}[] {{ {2} }}", ["System.Collections.Generic.IReadOnlyCollection`1"] = "new {0}[] {{ {2} }}",
        ["System.Collections.Generic.ICollection`1"] = "new System.Collections.Generic.List<{0}> {{ {2} }}", ["System.Collections.Generic.IList`1"] = "new System.Collections.Generic.List<{0}> {{ {2} }}",
        ["System.Collections.Generic.List`1"] = "new System.Collections.Generic.List<{0}> {{ {2} }}", ["System.Collections.Generic.ISet`1"] = "new System.Collections.Generic.HashSet<{0}> {{ {2} }}",
        ["System.Collections.Generic.IDictionary`2"] = "new System.Collections.Generic.Dictionary<{0}, {1}>()", ["System.Collections.Generic.IReadOnlyDictionary`2"] = "new System.Collections.Generic.Dictionary<{0}, {1}>()",
        ["System.Collections.Generic.IEqualityComparer`1"] = "System.Collections.Generic.EqualityComparer<{0}>.Default", ["System.Collections.Generic.IComparer`1"] = "System.Collections.Generic.Comparer<{0}>.Default",
        ["System.Span`1"] = "new {0}[] {{ {2} }}", ["System.Memory`1"] = "new {0}[] {{ {2} }}", ["System.ReadOnlySpan`1"] = "new {0}[] {{ {2} }}", ["System.ReadOnlyMemory`1"] = "new {0}[] {{ {2} }}", ["System.ArraySegment`1"] = "new {0}[] {{ {2} }}",
        ["System.Threading.Tasks.Task`1"] = "System.Threading.Tasks.Task.FromResult<{0}>({2})", ["System.Threading.Tasks.ValueTask`1"] = "new System.Threading.Tasks.ValueTask<{0}>({2})", ["System.Lazy`1"] = "new System.Lazy<{0}>(() => {2})",
    };
}
