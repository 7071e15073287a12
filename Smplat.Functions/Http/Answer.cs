using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http;

/// <summary>
/// Answers of functions. A body is serialized when the answer is created, inside the function, because the host executes
/// results after the middleware, where a failure would be a bare 500.
/// </summary>
public static class Answer
{
    public static IResult Snake<T>(T value, int status = StatusCodes.Status200OK) => Json(value, JsonNaming.SnakeCase, status);

    public static IResult Camel<T>(T value, int status = StatusCodes.Status200OK) => Json(value, JsonNaming.CamelCase, status);

    /// <summary>JSON that is already UTF-8.</summary>
    public static IResult JsonBytes(ReadOnlyMemory<byte> json, int status = StatusCodes.Status200OK) =>
        new BytesAnswer(json, "application/json; charset=utf-8", status);

    public static IResult Text(string text, string contentType = "text/plain; charset=utf-8", int status = StatusCodes.Status200OK) =>
        new BytesAnswer(Encoding.UTF8.GetBytes(text), contentType, status);

    /// <param name="policy">The Content-Security-Policy of the page; pages have a stricter one than the API.</param>
    public static IResult Html(string page, string policy, int status = StatusCodes.Status200OK) =>
        new BytesAnswer(Encoding.UTF8.GetBytes(page), "text/html; charset=utf-8", status)
        {
            Headers = { ["Content-Security-Policy"] = policy, ["Cache-Control"] = "no-store" },
        };

    public static IResult Empty(int status = StatusCodes.Status204NoContent) => new BytesAnswer(default, null, status);

    /// <summary>An error in the form of the routes under /api.</summary>
    public static IResult Detail(int status, string detail) =>
        Snake(new { detail, trace_id = ErrorBody.TraceId() }, status);

    public static IResult From(Refusal refusal)
    {
        var answer = (BytesAnswer)Snake(
            new { detail = refusal.Message, code = refusal.Code, trace_id = ErrorBody.TraceId() }, StatusOf(refusal));
        if (refusal is TooMany { RetryAfter: var wait })
        {
            answer.Headers["Retry-After"] = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return answer;
    }

    private static int StatusOf(Refusal refusal) => refusal switch
    {
        Invalid => StatusCodes.Status400BadRequest,
        NotFound => StatusCodes.Status404NotFound,
        Conflict => StatusCodes.Status409Conflict,
        ConditionMissing => StatusCodes.Status428PreconditionRequired,
        TooMany => StatusCodes.Status429TooManyRequests,
        Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => throw new InvalidOperationException($"No status for {refusal.GetType()}."),
    };

    private static BytesAnswer Json<T>(T value, JsonSerializerOptions options, int status) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, options), "application/json; charset=utf-8", status);
}

/// <summary>An answer whose bytes are already written.</summary>
public sealed class BytesAnswer(ReadOnlyMemory<byte> body, string? contentType, int status) : IResult
{
    public Dictionary<string, string> Headers { get; } = [];

    public int Status => status;

    public ReadOnlyMemory<byte> Body => body;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        if (status != StatusCodes.Status204NoContent)
        {
            response.ContentLength = body.Length;
        }

        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        return body.IsEmpty ? Task.CompletedTask : response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}

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
    internal static readonly JsonSerializerOptions SnakeCase = Options(JsonNamingPolicy.SnakeCaseLower);
    internal static readonly JsonSerializerOptions CamelCase = Options(JsonNamingPolicy.CamelCase);

    internal static JsonSerializerOptions Serializer(this Naming naming) => naming switch
    {
        Naming.Snake => SnakeCase,
        Naming.Camel => CamelCase,
        Naming.Commerce => CommerceNaming.Options,
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

/// <summary>The generated serializers of all commerce answers.</summary>
internal static class CommerceNaming
{
    internal static readonly JsonSerializerOptions Options = new(CommerceJson.Default.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(
            RoutingJson.Default, ConfirmationJson.Default, HealthJson.Default, CommerceJson.Default),
    };
}
