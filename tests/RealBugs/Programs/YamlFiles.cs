using YamlDotNet.Serialization;

namespace RealBugs;

/// <summary>YamlDotNet 13.7.1; mended in 16.1.0.</summary>
internal static class YamlFiles
{
    /// <summary>A deserializer that two threads share keeps what it learnt of each type's callbacks in plain dictionaries (issue 921).</summary>
    internal static (Action, Action) Callbacks()
    {
        IDeserializer deserializer = new DeserializerBuilder().Build();
        return (
            () => deserializer.Deserialize<Left>("Name: left"),
            () => deserializer.Deserialize<Right>("Name: right"));
    }

    public sealed class Left
    {
        public string Name { get; set; } = "";
    }

    public sealed class Right
    {
        public string Name { get; set; } = "";
    }
}
