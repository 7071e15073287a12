using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Routing;

/// <summary>A valid order to route, whichever dialect it came in.</summary>
/// <param name="UserId">Optional for routing; binds the confirmation to the user when given.</param>
/// <param name="Warnings">Assumptions made while reading the request; shown in the answer.</param>
public sealed record RouteOrder(
    string? UserId,
    QuoteRequest Basket,
    RoutingPreferences Preferences,
    IReadOnlyList<string> Warnings)
{
    /// <summary>The same order with its vendor calls charged to a caller without a key.</summary>
    public RouteOrder ChargedTo(AnonymousCaller? caller) => caller is null ? this : this with { Basket = Basket with { Caller = caller } };
}

/// <summary>What the shopper wants the ranking to favour, and the limits that a quote must meet.</summary>
public sealed record RoutingPreferences
{
    public static RoutingPreferences None { get; } = new();

    public OptimizeFor OptimizeFor { get; init; } = OptimizeFor.Balanced;

    public int? MaxDeliveryMinutes { get; init; }

    public long? MaxDeliveryFeeCents { get; init; }

    public long? MaxPriceCents { get; init; }

    public IReadOnlyList<ProviderId> Preferred { get; init; } = [];

    public IReadOnlyList<ProviderId> Excluded { get; init; } = [];

    public bool AllowSplitOrders { get; init; }

    public SplitStrategy SplitStrategy { get; init; } = SplitStrategy.Cost;
}

/// <summary>What splitting the basket among several providers should optimise.</summary>
public enum SplitStrategy
{
    Cost,
    Speed,
    Providers,
}

/// <summary>Why Commerce refuses a request, with a permanent code.</summary>
public abstract record CommerceRefusal(string Code, string Message) : Refusal(Code, Message)
{
    /// <summary>The request itself is wrong; repeating it does not help.</summary>
    public sealed record Invalid(string Code, string Message) : CommerceRefusal(Code, Message);

    /// <summary>No provider is enabled for the request, or none gave a usable quote.</summary>
    public sealed record NoProviders(IReadOnlyList<ProviderId> Attempted, IReadOnlyDictionary<ProviderId, string> Errors)
        : CommerceRefusal("NO_PROVIDERS_AVAILABLE", "No providers returned valid quotes")
    {
        /// <summary>The providers that were not asked, and why.</summary>
        public IReadOnlyDictionary<ProviderId, string> Skipped { get; init; } = new Dictionary<ProviderId, string>();
    }

    /// <summary>The decision could not be committed, so it is not returned.</summary>
    public sealed record StorageUnavailable()
        : CommerceRefusal("STORAGE_UNAVAILABLE", "The order could not be recorded, try again in a moment");

    public static Invalid InvalidJson(string message) => new("INVALID_JSON", message);

    public static Invalid InvalidRequest(string message) => new("INVALID_REQUEST", message);

    public static Invalid InvalidItems(string message) => new("INVALID_ITEMS", message);

    public static Invalid InvalidAddress(string message) => new("INVALID_ADDRESS", message);
}

/// <summary>The envelope of every failure.</summary>
public sealed record FailureAnswer(bool Success, FailureError Error, string RequestId, DateTimeOffset Timestamp);

/// <param name="RetryAfter">Seconds after which the call may be repeated.</param>
/// <param name="MaxSize">Largest body in bytes; set when the body was larger.</param>
public sealed record FailureError(
    string Code, string Message, FailureDetails? Details = null, int? RetryAfter = null, int? MaxSize = null);

/// <summary>Which providers were asked and how each of them failed, and why the others were not asked.</summary>
public sealed record FailureDetails(
    IReadOnlyList<string> AttemptedProviders,
    IReadOnlyDictionary<string, string> Errors,
    IReadOnlyDictionary<string, string>? Skipped = null);

/// <summary>
/// Identifies a basket: the same lines to the same postal code give the same hash, whatever their order, case or number
/// format. The line ids are part of it, because a stored quote refers to the lines by id.
/// </summary>
internal static class CartHash
{
    private const char FieldEnd = '\u001f';
    private const char LineEnd = '\u001e';

    public static string Compute(IReadOnlyList<RequestedItem> items, DeliveryAddress address)
    {
        var lines = new string[items.Count];
        for (var index = 0; index < lines.Length; index++)
        {
            lines[index] = Line(items[index]);
        }

        Array.Sort(lines, StringComparer.Ordinal);
        var text = string.Concat(
            string.Join(LineEnd, lines), LineEnd.ToString(), address.PostalCode.ToUpperInvariant(), FieldEnd.ToString(), address.Country);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static string Line(RequestedItem item)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{item.Id}{FieldEnd}{Normalise(item.Name)}{FieldEnd}{item.Quantity / 1.000000000m:0.###}{FieldEnd}{item.Unit.ToLowerInvariant()}");
        return item.Preferences is null
            ? line
            : line + FieldEnd + string.Join(
                FieldEnd, item.Preferences.OrderBy(preference => preference.Key, StringComparer.Ordinal).Select(preference => $"{preference.Key}={preference.Value}"));
    }

    private static string Normalise(string name)
    {
        var words = name.ToLowerInvariant();
        return words.Contains("  ", StringComparison.Ordinal)
            ? string.Join(' ', words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            : words;
    }
}
