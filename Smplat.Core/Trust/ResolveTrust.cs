using Smplat.Core.Platform.Input;

namespace Smplat.Core.Trust;

/// <summary>A storefront asks for the metrics behind its badges.</summary>
public sealed record ResolveTrust(string Slug, IReadOnlyList<WantedMetric> Metrics)
{
    public const int MaxMetrics = 50;
    public const int MaxSlug = 120;
    public const int MaxMetricId = 100;

    public static ResolveTrust Read(Fields fields)
    {
        var metrics = fields.List("metrics", MaxMetrics).Select(WantedMetric.Read).ToArray();
        fields.RefuseNull("metrics", "A list is expected; leave it out for an empty one.", "list_type");
        return new(fields.RequiredText("slug", min: 0, max: MaxSlug), metrics);
    }
}

/// <param name="FreshnessWindowMinutes">How old a value may be to count as fresh; null takes the metric's own window.</param>
public sealed record WantedMetric(string MetricId, int? FreshnessWindowMinutes)
{
    public const int MinWindow = 5;
    public const int MaxWindow = 20_160;

    public static WantedMetric Read(Fields fields) => new(
        fields.RequiredText("metric_id", min: 0, max: ResolveTrust.MaxMetricId),
        fields.Integer("freshness_window_minutes", MinWindow, MaxWindow));
}
