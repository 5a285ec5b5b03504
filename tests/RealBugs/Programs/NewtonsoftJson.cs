using Newtonsoft.Json;

namespace RealBugs;

/// <summary>Newtonsoft.Json 13.0.3.</summary>
internal static class NewtonsoftJson
{
    private sealed class Person
    {
        public string Name { get; set; } = "somebody";

        public Person? Friend { get; set; }
    }

    private static readonly JsonSerializerSettings s_settings = new() { PreserveReferencesHandling = PreserveReferencesHandling.Objects };

    private static void Write(JsonSerializer serializer)
    {
        for (int i = 0; i < 20; i++) { serializer.Serialize(new StringWriter(), new Person { Friend = new Person() }); }
    }

    /// <summary>A shared JsonSerializer counts references in one DefaultReferenceResolver (issues 870 and 1452, open): ids are given twice and
    /// "A different value already has the Id" is thrown. Mended by a serializer each.</summary>
    internal static (Action, Action) ReferenceResolver()
    {
#if MENDED
        static void Body() => Write(JsonSerializer.Create(s_settings));
        return (Body, Body);
#else
        var shared = JsonSerializer.Create(s_settings);
        return (() => Write(shared), () => Write(shared));
#endif
    }

    /// <summary>The first serialisations of a process race on a static <c>bool?</c>, whose two bytes are written one after the other: a reader can see that it
    /// has a value before it has the right one. Mended by serialising once before there are threads.</summary>
    internal static (Action, Action) LazyState()
    {
#if MENDED
        Write(JsonSerializer.Create(s_settings));
#endif
        static void Body() => Write(JsonSerializer.Create(s_settings));
        return (Body, Body);
    }
}
