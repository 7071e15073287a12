using System.Text.Json;

namespace Smplat.LocalHost.Configuration;

/// <summary>Reads the <c>Values</c> of a local settings file.</summary>
internal static class SettingsFile
{
    public const string Own = "local.settings.json";
    public const string Sample = "local.settings.sample.json";

    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <exception cref="JsonException">The file is not JSON, or Values is not an object of plain values.</exception>
    public static Dictionary<string, string?> Read(string path)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        using var document = JsonDocument.Parse(File.ReadAllText(path), Lenient);
        if (!document.RootElement.TryGetProperty("Values", out var members))
        {
            return values;
        }

        foreach (var member in members.EnumerateObject())
        {
            values[member.Name.Replace("__", ":", StringComparison.Ordinal)] = member.Value.ValueKind switch
            {
                JsonValueKind.String => member.Value.GetString(),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.Value.GetRawText(),
                JsonValueKind.Null => null,
                _ => throw new JsonException($"{member.Name} must be a plain value."),
            };
        }

        return values;
    }
}
