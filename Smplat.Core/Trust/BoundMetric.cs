using System.Globalization;

namespace Smplat.Core.Trust;

/// <summary>A binding with the current state of its metric.</summary>
/// <param name="State"><c>fresh</c>, <c>stale</c>, <c>missing</c>, <c>unsupported</c> or <c>preview</c>.</param>
public sealed record BoundMetric(string MetricId, string State, MetricBinding Binding)
{
    public const string Fresh = "fresh";
    public const string Stale = "stale";
    public const string Missing = "missing";
    public const string Unsupported = "unsupported";
    public const string Preview = "preview";

    public double? Value { get; init; }

    public string? FormattedValue { get; init; }

    public DateTimeOffset? ComputedAt { get; init; }

    public long SampleSize { get; init; }

    public string? Source { get; init; }

    public int? FreshnessWindowMinutes { get; init; }

    /// <summary>Minutes for which the value still counts as verified; 0 when it no longer does.</summary>
    public double? FreshnessMinutesLeft { get; init; }

    public string? CacheLayer { get; init; }

    public DateTimeOffset? CacheExpiresAt { get; init; }

    public DateTimeOffset? DataAsOf { get; init; }

    /// <summary>The metric's own note, otherwise the editor's.</summary>
    public string? ProvenanceNote { get; init; }

    public IReadOnlyList<string> Notes { get; init; } = [];

    public PercentileBands? PercentileBands { get; init; }

    public string? UnsupportedGuard { get; init; }

    public IReadOnlyList<string>? Alerts { get; init; }

    public string? FallbackCopy { get; init; }

    public DeliveryForecast? Forecast { get; init; }

    public bool IsVerified => State == Fresh;

    public bool HasNoValue => State is Missing or Unsupported;

    /// <summary>A binding without a metric, in the state that the editor wants to see.</summary>
    public static BoundMetric Unresolved(MetricBinding binding) => new(binding.MetricId, Simulated(binding) ?? Missing, binding)
    {
        Source = binding.MetricSource,
        FreshnessWindowMinutes = binding.FreshnessWindowMinutes,
        ProvenanceNote = binding.ProvenanceNote,
    };

    public static BoundMetric From(MetricBinding binding, ResolvedMetric metric) =>
        new(binding.MetricId, metric.VerificationState.ToString().ToLowerInvariant(), binding)
        {
            Value = metric.Value,
            FormattedValue = metric.FormattedValue,
            ComputedAt = metric.ComputedAt,
            SampleSize = metric.SampleSize,
            Source = metric.Provenance.Source ?? metric.Metadata.GetValueOrDefault("source") as string,
            FreshnessWindowMinutes = metric.FreshnessWindowMinutes,
            FreshnessMinutesLeft = metric is { FreshnessWindowMinutes: { } window, FreshnessMinutesElapsed: { } elapsed }
                ? Math.Max(window - elapsed, 0)
                : null,
            CacheLayer = metric.Provenance.CacheLayer,
            CacheExpiresAt = metric.Provenance.CacheExpiresAt,
            DataAsOf = metric.Provenance.DataAsOf,
            ProvenanceNote = metric.Provenance.Notes.Count > 0 ? metric.Provenance.Notes[0] : binding.ProvenanceNote,
            Notes = metric.FallbackCopy is { } copy ? [.. metric.Provenance.Notes, copy] : metric.Provenance.Notes,
            PercentileBands = metric.PercentileBands,
            UnsupportedGuard = metric.UnsupportedGuard,
            Alerts = metric.Alerts.Count > 0 ? metric.Alerts : null,
            FallbackCopy = metric.FallbackCopy,
            Forecast = metric.Forecast,
        };

    /// <summary>The same binding in the state chosen by the editor, to preview the page in that state.</summary>
    public BoundMetric Simulate() => Simulated(Binding) is { } state ? this with { State = state } : this;

    private static string? Simulated(MetricBinding binding) => binding.PreviewState == Fresh ? Preview : binding.PreviewState;
}

/// <summary>The badge on a card; a card without a binding has none.</summary>
/// <param name="Details">Lines for the tooltip.</param>
public sealed record Badge(string Label, string State, IReadOnlyList<string> Details)
{
    public static Badge? From(BoundMetric? metric) => metric is null ? null : new(Word(metric.State), metric.State, [.. Lines(metric)]);

    public static string Word(string state) => state switch
    {
        BoundMetric.Fresh => "Verified",
        BoundMetric.Preview => "Preview",
        BoundMetric.Stale => "Stale",
        _ => "Unavailable",
    };

    private static IEnumerable<string> Lines(BoundMetric metric)
    {
        yield return metric.MetricId;
        if (metric.Source is { } source)
        {
            yield return $"Source: {source}";
        }

        if (metric.SampleSize > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Sample: {metric.SampleSize}");
        }

        if (metric.ComputedAt is { } at)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Computed: {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        }

        if (metric.ProvenanceNote is { Length: > 0 } note)
        {
            yield return note;
        }

        foreach (var alert in metric.Alerts ?? [])
        {
            yield return AlertText.For(alert);
        }
    }
}
