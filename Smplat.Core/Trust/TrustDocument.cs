using System.Text.Json;

namespace Smplat.Core.Trust;

/// <summary>A trust experience as editors wrote it.</summary>
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

    /// <summary>Every binding of the document, in the order of the page.</summary>
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

    /// <summary>Lists and parts that editors left empty are taken from another document, one by one.</summary>
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
