using Microsoft.AspNetCore.Http;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http;

/// <summary>Turns parts of the path and headers into values; what is wrong with them is a 422 like a wrong member.</summary>
public static class RouteInput
{
    /// <summary>Characters of an <c>Idempotency-Key</c>.</summary>
    public const int MaxKeyLength = 255;

    /// <param name="name">How the error list names the part.</param>
    /// <exception cref="InvalidInputException">The text is not a UUID.</exception>
    public static Guid Guid(string text, string name) => System.Guid.TryParse(text, out var id)
        ? id
        : throw new InvalidInputException([new(["path", name], "A UUID is expected.", "uuid_parsing")]);

    /// <summary>The caller's <c>Idempotency-Key</c>; null when there is none.</summary>
    /// <exception cref="InvalidInputException">The key is longer than 255 characters.</exception>
    public static string? IdempotencyKey(this HttpRequest request) => request.Headers["Idempotency-Key"].ToString() switch
    {
        "" => null,
        { Length: > MaxKeyLength } => throw new InvalidInputException(
            [new(["header", "Idempotency-Key"], $"At most {MaxKeyLength} characters are allowed.", "string_too_long")]),
        var key => key,
    };

    /// <exception cref="InvalidInputException">The request has no such header.</exception>
    public static string RequiredHeader(HttpRequest request, string name) => request.Headers[name].ToString() is { Length: > 0 } value
        ? value
        : throw new InvalidInputException([new(["header", name], "A value is required.", "missing")]);
}
