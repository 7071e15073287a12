using System.Globalization;
using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Reads a routing call in any of its three dialects (runbook, older clients, snake_case tools) into one request, and
/// checks it. Whatever the bytes are, the result is a reading or a refusal, never an exception.
/// </summary>
public static class RouteOrderReader
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private const int LongestUserId = 128;
    private const int LongestInstructions = 500;

    /// <summary>What <see cref="Read"/> takes, in the spelling of the runbook.</summary>
    public static InputShape Shape { get; } = InputShape.AnyOf(
        InputShape.ObjectOf(
            "RouteOrder",
            new("items", ItemReader.Shape) { IsRequired = true, IsNullable = false },
            new("shippingAddress", AddressReader.Shape)
            {
                IsRequired = true,
                IsNullable = false,
                Also = ["location", "delivery_address"],
            },
            new("userId", InputShape.Text(max: LongestUserId))
            {
                Also = ["user_id"],
                Description = "Binds the confirmation to this user",
            },
            new("preferences", PreferenceReader.Shape),
            new("userContext", UserContextReader.Shape) { Also = ["user_context"], IsLenient = true },
            new("deliveryWindow", DeliveryWindowReader.Shape) { Also = ["delivery_window"] },
            new("specialInstructions", InputShape.Text())
            {
                Also = ["special_instructions"],
                IsLenient = true,
                Description = $"Cut off after {LongestInstructions} characters",
            }),
        InputShape.ObjectOf(
            "ProviderHealthCheck",
            new InputMember("action", InputShape.Words("health_check")) { IsRequired = true, IsNullable = false }));

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static RouteReading Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var text = body.Span.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;
            using var document = JsonDocument.Parse(text, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? ReadObject(document.RootElement)
                : new RouteReading.Refused(CommerceRefusal.InvalidJson("The body must be a JSON object."));
        }
        catch (JsonException exception)
        {
            return new RouteReading.Refused(CommerceRefusal.InvalidJson(Where(exception)));
        }
        catch (InvalidOperationException)
        {
            // A string with a broken escape or broken UTF-8, met while it is read.
            return new RouteReading.Refused(CommerceRefusal.InvalidJson("A text in the body is not valid Unicode."));
        }
    }

    /// <summary>The place and nothing of the text: an answer never repeats what it could not read.</summary>
    private static string Where(JsonException exception) =>
        exception is { LineNumber: { } line, BytePositionInLine: { } position }
            ? string.Create(CultureInfo.InvariantCulture, $"The body is not valid JSON at line {line + 1}, byte {position + 1}.")
            : "The body is not valid JSON: no member may be given twice.";

    private static RouteReading ReadObject(JsonElement body)
    {
        var items = body.Field("items");
        if (body.Field("action") is { } action)
        {
            if (action.Text() == "health_check")
            {
                return new RouteReading.HealthCheck();
            }

            if (items is null)
            {
                return Refuse(CommerceRefusal.InvalidRequest("action: only health_check is known."));
            }
        }

        if (items is null)
        {
            return Refuse(CommerceRefusal.InvalidRequest("items: required."));
        }

        var warnings = new List<string>();
        return ReadOrder(body, items.Value, warnings) switch
        {
            (null, var refusal) => Refuse(refusal!),
            (var order, _) => new RouteReading.Order(order),
        };
    }

    private static (RouteOrder? Order, CommerceRefusal? Refusal) ReadOrder(
        JsonElement body, JsonElement items, List<string> warnings)
    {
        var (lines, wrongItems) = ItemReader.Read(items, warnings);
        if (lines is null)
        {
            return (null, wrongItems);
        }

        var (address, wrongAddress) = AddressReader.Read(body.Field("shippingAddress", "location", "delivery_address"));
        if (address is null)
        {
            return (null, wrongAddress);
        }

        var (preferences, wrongPreferences) = PreferenceReader.Read(body, warnings);
        if (preferences is null)
        {
            return (null, wrongPreferences);
        }

        string? userId = null;
        if (body.Field("userId", "user_id") is { } user)
        {
            userId = user.Text();
            if (userId is null or { Length: > LongestUserId })
            {
                return (null, CommerceRefusal.InvalidRequest($"userId: text of at most {LongestUserId} characters."));
            }
        }

        var (window, wrongWindow) = DeliveryWindowReader.Read(body.Field("deliveryWindow", "delivery_window"));
        if (wrongWindow is not null)
        {
            return (null, wrongWindow);
        }

        var basket = new QuoteRequest(
            lines,
            address,
            CartHash.Of(lines, address),
            UserContextReader.Read(body.Field("userContext", "user_context")),
            window,
            Limit(body.Field("specialInstructions", "special_instructions")?.Text(), LongestInstructions));
        return (new RouteOrder(Limit(userId, LongestUserId), basket, preferences, warnings), null);
    }

    private static string? Limit(string? text, int length) =>
        string.IsNullOrEmpty(text) ? null : text.Length <= length ? text : text[..length];

    private static RouteReading.Refused Refuse(CommerceRefusal refusal) => new(refusal);
}
