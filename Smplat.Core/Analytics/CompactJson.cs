using System.Text.Encodings.Web;
using System.Text.Json;

namespace Smplat.Core.Analytics;

/// <summary>JSON of the database without the blanks that Postgres puts in.</summary>
internal static class CompactJson
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement, Plain);
    }
}
