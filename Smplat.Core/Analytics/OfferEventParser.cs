using System.Text.Json;
using System.Text.Unicode;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>
/// Reads the single form, an array or <c>{"batch": […]}</c> in one pass over the bytes. An event that breaks a rule costs
/// only itself; a body that is not JSON, or holds too many events, is refused whole.
/// </summary>
public sealed class OfferEventParser(TimeProvider clock)
{
    private readonly TextCache _texts = new();

    /// <param name="fallbackKey">The Idempotency-Key of the request, for events without an id of their own.</param>
    /// <exception cref="InvalidInputException">The body as a whole cannot be read.</exception>
    public ParsedEvents Parse(
        ReadOnlyMemory<byte> body, OfferEventNaming naming, OfferEventRules rules, string? fallbackKey)
    {
        if (!Utf8.IsValid(body.Span))
        {
            throw Refuse("The body is not valid UTF-8.", "json_invalid");
        }

        try
        {
            return new OfferEventReader(body, naming, rules, _texts, clock.GetUtcNow(), fallbackKey).Read();
        }
        catch (JsonException exception)
        {
            throw Refuse(
                $"The body is not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}.",
                "json_invalid");
        }
    }

    internal static InvalidInputException Refuse(string message, string type) =>
        new([new FieldError(["body"], message, type)]);
}
