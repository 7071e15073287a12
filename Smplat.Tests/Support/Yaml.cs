using System.Text.Json;
using YamlDotNet.Serialization;

namespace Smplat.Tests.Support;

/// <summary>YAML files as JSON, as strictly as the programs that read them: no key twice, and numbers and flags typed.</summary>
internal static class Yaml
{
    private static readonly IDeserializer Reader = new DeserializerBuilder()
        .WithDuplicateKeyChecking()
        .WithAttemptingUnquotedStringTypeDeserialization()
        .Build();

    private static readonly ISerializer Writer = new SerializerBuilder().JsonCompatible().Build();

    public static JsonElement Read(string path)
    {
        using var text = File.OpenText(path);
        return JsonElement.Parse(Writer.Serialize(Reader.Deserialize<object>(text)));
    }
}
