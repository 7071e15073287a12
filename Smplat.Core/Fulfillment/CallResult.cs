using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Smplat.Core.Platform.Resilience;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>What a call brought back, as far as it is kept.</summary>
/// <param name="Response">JSON or text, capped and redacted.</param>
public sealed record CallResult(HttpStatusCode Status, TimeSpan Duration, JsonNode? Response, string Preview, TimeSpan? RetryAfter)
{
    private const int MaxBytes = 16 * 1024;
    private const int MaxPreview = 512;

    private static readonly string[] SecretWords = ["password", "secret", "token", "authorization", "api_key", "apikey", "api-key", "credential"];

    public static async Task<CallResult> ReadAsync(
        HttpResponseMessage response,
        TimeSpan duration,
        IReadOnlyList<string> secrets,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var text = Hide(await ReadTextAsync(response, cancellationToken), secrets);
        var json = TryParse(text);
        Redact(json);
        var preview = Redaction.Redact(json?.ToJsonString() ?? text, MaxPreview);
        return new(
            response.StatusCode,
            duration,
            json ?? (text.Length == 0 ? null : JsonValue.Create(preview)),
            preview,
            RetryAfterHeader.Read(response.Headers.RetryAfter, now));
    }

    /// <summary>The text without values that must not be kept.</summary>
    public static string Hide(string text, IReadOnlyList<string> secrets) =>
        secrets.Aggregate(text, (hidden, secret) => hidden.Replace(secret, "***", StringComparison.Ordinal));

    private static async Task<string> ReadTextAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBytes];
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var count = await body.ReadAtLeastAsync(buffer, MaxBytes, throwOnEndOfStream: false, cancellationToken);
        // Postgres stores no NUL in text or jsonb.
        return Encoding.UTF8.GetString(buffer, 0, count).Replace("\0", "", StringComparison.Ordinal);
    }

    private static JsonNode? TryParse(string text)
    {
        try
        {
            return text.Contains("\\u0000", StringComparison.Ordinal)
                ? null
                : JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 32 });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Redact(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var name in members.Select(member => member.Key).ToArray())
                {
                    if (SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)))
                    {
                        members[name] = "***";
                    }
                    else
                    {
                        Redact(members[name]);
                    }
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Redact(item);
                }

                break;
        }
    }
}
