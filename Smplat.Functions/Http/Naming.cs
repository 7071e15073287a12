using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Functions.Http;

/// <summary>How the members of a JSON answer are spelled.</summary>
public enum Naming
{
    Snake,
    Camel,

    /// <summary>Camel case without nulls, as <see cref="CommerceJson"/> writes it.</summary>
    Commerce,
}

internal static class JsonNaming
{
    private static readonly JsonSerializerOptions SnakeCase = Options(JsonNamingPolicy.SnakeCaseLower);
    private static readonly JsonSerializerOptions CamelCase = Options(JsonNamingPolicy.CamelCase);

    private static readonly JsonSerializerOptions Commerce = new(CommerceJson.Default.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(
            RoutingJson.Default, ConfirmationJson.Default, HealthJson.Default, CommerceJson.Default),
    };

    internal static JsonSerializerOptions Serializer(this Naming naming) => naming switch
    {
        Naming.Snake => SnakeCase,
        Naming.Camel => CamelCase,
        Naming.Commerce => Commerce,
        _ => throw new ArgumentOutOfRangeException(nameof(naming), naming, "No spelling."),
    };

    private static JsonSerializerOptions Options(JsonNamingPolicy naming)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = naming,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new InstantConverter() },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>One form for all instants: RFC 3339 in UTC with <c>Z</c>.</summary>
    private sealed class InstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime);
    }
}
