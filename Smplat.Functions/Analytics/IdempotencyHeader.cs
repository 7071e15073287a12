using Microsoft.AspNetCore.Http;

namespace Smplat.Functions.Analytics;

internal static class IdempotencyHeader
{
    /// <summary>The key of a request; null when the header is absent.</summary>
    public static string? IdempotencyKey(this HttpRequest request) =>
        request.Headers.TryGetValue("Idempotency-Key", out var values) ? values.ToString() : null;
}
