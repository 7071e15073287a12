using System.Text.Encodings.Web;
using System.Text.Json;

namespace Smplat.Core.Onboarding;

/// <summary>How JSON columns of this feature are written.</summary>
internal static class JourneyJson
{
    public static readonly JsonSerializerOptions Snake = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Of<T>(T value) => JsonSerializer.Serialize(value, Snake);
}
