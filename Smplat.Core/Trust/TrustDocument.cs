using System.Text.Json;

namespace Smplat.Core.Trust;

/// <summary>A trust experience as written by editors.</summary>
public sealed record TrustDocument(string Slug, string Name)
{
    public string? GuaranteeHeadline { get; init; }

    public string? GuaranteeDescription { get; init; }

    public IReadOnlyList<AssurancePoint> AssurancePoints { get; init; } = [];

    public IReadOnlyList<SupportChannel> SupportChannels { get; init; } = [];

    public IReadOnlyList<PerformanceSnapshot> PerformanceSnapshots { get; init; } = [];

    public IReadOnlyList<Testimonial> Testimonials { get; init; } = [];

    public IReadOnlyList<BundleOffer> BundleOffers { get; init; } = [];

    public DeliveryTimeline? DeliveryTimeline { get; init; }

    /// <summary>Every metric binding of the document, in page order.</summary>
    public IEnumerable<MetricBinding> Bindings =>
        AssurancePoints.Select(point => point.Metric)
            .Concat(PerformanceSnapshots.Select(snapshot => snapshot.Metric))
            .Append(DeliveryTimeline?.Metric)
            .OfType<MetricBinding>();

    public static TrustDocument Read(JsonElement document) =>
        new(document.Text("slug") ?? "", document.Text("name") ?? document.Text("slug") ?? "")
        {
            GuaranteeHeadline = document.Text("guaranteeHeadline"),
            GuaranteeDescription = document.Text("guaranteeDescription"),
            AssurancePoints = document.Entries("assurancePoints", AssurancePoint.Read),
            SupportChannels = document.Entries("supportChannels", SupportChannel.Read),
            PerformanceSnapshots = document.Entries("performanceSnapshots", PerformanceSnapshot.Read),
            Testimonials = document.Entries("testimonials", Testimonial.Read),
            BundleOffers = document.Entries("bundleOffers", BundleOffer.Read),
            DeliveryTimeline = document.Member("deliveryTimeline") is { ValueKind: JsonValueKind.Object } timeline
                ? DeliveryTimeline.Read(timeline)
                : null,
        };

    /// <summary>Fills each list and part that editors left empty from another document.</summary>
    public TrustDocument FilledFrom(TrustDocument fallback) => this with
    {
        GuaranteeHeadline = GuaranteeHeadline ?? fallback.GuaranteeHeadline,
        GuaranteeDescription = GuaranteeDescription ?? fallback.GuaranteeDescription,
        AssurancePoints = AssurancePoints.Count > 0 ? AssurancePoints : fallback.AssurancePoints,
        SupportChannels = SupportChannels.Count > 0 ? SupportChannels : fallback.SupportChannels,
        PerformanceSnapshots = PerformanceSnapshots.Count > 0 ? PerformanceSnapshots : fallback.PerformanceSnapshots,
        Testimonials = Testimonials.Count > 0 ? Testimonials : fallback.Testimonials,
        BundleOffers = BundleOffers.Count > 0 ? BundleOffers : fallback.BundleOffers,
        DeliveryTimeline = DeliveryTimeline ?? fallback.DeliveryTimeline,
    };
}

public sealed record AssurancePoint(string? Id, string Title, string? Description, string? Evidence, MetricBinding? Metric)
{
    internal static AssurancePoint Read(JsonElement entry) => new(
        entry.Text("id"), entry.Text("title") ?? "", entry.Text("description"), entry.Text("evidence"), MetricBinding.Read(entry));
}

public sealed record SupportChannel(string? Id, string Channel, string Label, string Target, string? Availability)
{
    internal static SupportChannel Read(JsonElement entry) => new(
        entry.Text("id"),
        entry.Text("channel") ?? "",
        entry.Text("label") ?? "",
        entry.Text("target") ?? "",
        entry.Text("availability"));
}

/// <param name="FallbackValue">Shown when the metric has no verified value.</param>
public sealed record PerformanceSnapshot(string? Id, string Label, string? Caption, string? FallbackValue, MetricBinding? Metric)
{
    internal static PerformanceSnapshot Read(JsonElement entry) => new(
        entry.Text("id"), entry.Text("label") ?? "", entry.Text("caption"), entry.Text("fallbackValue"), MetricBinding.Read(entry));
}

public sealed record Testimonial(string? Id, string Quote, string? Author, string? Role, string? Segment)
{
    internal static Testimonial Read(JsonElement entry) => new(
        entry.Text("id"), entry.Text("quote") ?? "", entry.Text("author"), entry.Text("role"), entry.Text("segment"));
}

public sealed record BundleOffer(string? Id, string Slug, string Title, string? Description, string? Savings)
{
    internal static BundleOffer Read(JsonElement entry) => new(
        entry.Text("id"), entry.Text("slug") ?? "", entry.Text("title") ?? "", entry.Text("description"), entry.Text("savings"));
}

/// <summary>
/// When delivery may be expected: copy, a metric, and the minutes to use when the metric has no value.
/// </summary>
public sealed record DeliveryTimeline(
    string? Headline,
    string? Narrative,
    double? FallbackMinMinutes,
    double? FallbackAverageMinutes,
    double? FallbackMaxMinutes,
    MetricBinding? Metric)
{
    internal static DeliveryTimeline Read(JsonElement entry) => new(
        entry.Text("headline"),
        entry.Text("narrative"),
        entry.Number("fallbackMinMinutes"),
        entry.Number("fallbackAverageMinutes"),
        entry.Number("fallbackMaxMinutes"),
        MetricBinding.Read(entry));
}

/// <summary>
/// The metric that an editor bound to a card, how old it may be, and which state the preview shows instead.
/// </summary>
/// <param name="FreshnessWindowMinutes">
/// Null when missing or out of range; the metric's own window then applies.
/// </param>
/// <param name="PreviewState"><c>fresh</c>, <c>stale</c>, <c>missing</c> or null.</param>
public sealed record MetricBinding(
    string MetricId, string? MetricSource, int? FreshnessWindowMinutes, string? PreviewState, string? ProvenanceNote)
{
    private static readonly string[] PreviewStates = ["fresh", "stale", "missing"];

    /// <summary>Metrics of this family belong to one product and are stored elsewhere.</summary>
    public bool IsDeliveryProof => MetricId.StartsWith("delivery_proof/", StringComparison.Ordinal);

    /// <summary>Null when there is no metric id: a card without a binding has no badge.</summary>
    public static MetricBinding? Read(JsonElement card)
    {
        if (card.Member("metric") is not { ValueKind: JsonValueKind.Object } group || group.Text("metricId") is not { Length: > 0 } id)
        {
            return null;
        }

        var preview = group.Text("previewState");
        return new(
            id,
            group.Text("metricSource"),
            Window(group),
            PreviewStates.Contains(preview) ? preview : null,
            group.Text("provenanceNote"));
    }

    /// <summary>
    /// A window that the resolver would refuse counts as missing, so that it does not break the other badges.
    /// </summary>
    private static int? Window(JsonElement group) =>
        group.Integer("freshnessWindowMinutes") is { } minutes
            && minutes is >= RequestedMetric.MinWindow and <= RequestedMetric.MaxWindow
            ? minutes
            : null;
}

/// <summary>The text of the checkout when there is no content: true for every order, and without numbers.</summary>
public static class FallbackDocument
{
    public const string Slug = "checkout";

    public static TrustDocument Checkout { get; } = new(Slug, "Checkout")
    {
        GuaranteeHeadline = "Know what you are paying for",
        GuaranteeDescription = "Every order is tracked from payment to completion, and you can contact us at any time.",
        AssurancePoints =
        [
            new("tracked", "Tracked from start to finish", "Every task of your order has a status that you can check.", null, null),
            new("secure", "Secure payment", "Payments are handled by our payment provider; we never see your card.", null, null),
        ],
        SupportChannels = [new("mail", "email", "Email us", "support", "We reply every working day")],
        DeliveryTimeline = new("Delivery", "We confirm your delivery time by email after you order.", null, null, null, null),
    };
}

/// <summary>Reads editors' documents leniently: a missing member, or one of another type, counts as empty.</summary>
internal static class DocumentJson
{
    private const int MaxEntries = 100;

    internal static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    internal static string? Text(this JsonElement element, string name) => element.Member(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    internal static int? Integer(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } number
            && number.TryGetDouble(out var value) && value == Math.Truncate(value) && Math.Abs(value) <= int.MaxValue
            ? (int)value
            : null;

    internal static double? Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var value) && double.IsFinite(value)
            ? value
            : null;

    internal static DateTimeOffset? Instant(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } text && text.TryGetDateTimeOffset(out var instant)
            ? instant.ToUniversalTime()
            : null;

    /// <summary>The objects in a list, at most a hundred.</summary>
    internal static IReadOnlyList<T> Entries<T>(this JsonElement element, string name, Func<JsonElement, T> read) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.Object).Take(MaxEntries).Select(read)]
            : [];

    /// <summary>False when Postgres could not store a text: it contains NUL, or half a surrogate pair.</summary>
    internal static bool HasOnlyStorableText(this JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.String => IsStorable(element.GetString()!),
                JsonValueKind.Array => element.EnumerateArray().All(HasOnlyStorableText),
                JsonValueKind.Object => element.EnumerateObject().All(member => IsStorable(member.Name) && member.Value.HasOnlyStorableText()),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            // Thrown by the JSON reader when the text is not valid Unicode.
            return false;
        }
    }

    private static bool IsStorable(string text) => !text.Contains('\0', StringComparison.Ordinal);
}
