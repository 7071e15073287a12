using System.Text.Json;

namespace Smplat.Core.Trust;

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

/// <summary>When delivery may be expected: copy, a metric, and the minutes that hold when the metric has none.</summary>
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
