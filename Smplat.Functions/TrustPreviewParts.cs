using System.Globalization;
using Smplat.Core.Trust;
using Smplat.Functions.Http;

namespace Smplat.Functions;

/// <summary>The parts of an experience as cards.</summary>
internal static class TrustPreviewParts
{
    internal static Markup Guarantee(ResolvedExperience experience) => Markup.Of(
        $"""
        <article class="card">
        <h3>{experience.GuaranteeHeadline}</h3>
        <p>{experience.GuaranteeDescription}</p>
        </article>
        """).When(experience.GuaranteeHeadline is not null || experience.GuaranteeDescription is not null);

    internal static Markup Snapshots(ResolvedExperience experience) => Cards(experience.PerformanceSnapshots.Select(snapshot => Markup.Of(
        $"""
        <article class="card">
        <div class="row"><h3>{snapshot.Label}</h3>{TrustPreviewBinding.Badge(snapshot.Metric)}</div>
        <p class="figure">{snapshot.DisplayValue ?? "–"}{Markup.Of($" <small>fallback</small>").When(snapshot.IsFallback && snapshot.DisplayValue is not null)}</p>
        {Line(snapshot.Caption)}
        {TrustPreviewBinding.Alerts(snapshot.Metric?.Alerts)}
        {TrustPreviewBinding.Details(snapshot.Metric)}
        </article>
        """)));

    internal static Markup Assurances(ResolvedExperience experience) => Cards(experience.AssurancePoints.Select(point => Markup.Of(
        $"""
        <article class="card">
        <div class="row"><h3>{point.Title}</h3>{TrustPreviewBinding.Badge(point.Metric)}</div>
        {Line(point.Description)}
        {Line(point.Evidence)}
        {TrustPreviewBinding.Details(point.Metric)}
        </article>
        """)));

    internal static Markup Channels(ResolvedExperience experience) => Cards(experience.SupportChannels.Select(channel => Markup.Of(
        $"""
        <article class="card">
        <h3>{channel.Label}</h3>
        <p>{channel.Channel}: {channel.Target}</p>
        {Line(channel.Availability)}
        </article>
        """)));

    internal static Markup Testimonials(ResolvedExperience experience) => Cards(experience.Testimonials.Select(voice => Markup.Of(
        $"""
        <article class="card">
        <blockquote>{voice.Quote}</blockquote>
        <p class="by">{string.Join(", ", new[] { voice.Author, voice.Role, voice.Segment }.Where(part => !string.IsNullOrEmpty(part)))}</p>
        </article>
        """)));

    internal static Markup Offers(ResolvedExperience experience) => Cards(experience.BundleOffers.Select(offer => Markup.Of(
        $"""
        <article class="card">
        <div class="row"><h3>{offer.Title}</h3>{Markup.Of($"<span class=\"chip plain\">{offer.Savings}</span>").When(offer.Savings is not null)}</div>
        {Line(offer.Description)}
        <p class="by"><code>{offer.Slug}</code></p>
        </article>
        """)));

    private static Markup Cards(IEnumerable<Markup> cards) => Markup.Join(cards);

    private static Markup Line(string? text) => Markup.Of($"<p>{text}</p>").When(!string.IsNullOrEmpty(text));
}

/// <summary>The delivery timeline: the shortest, average and longest time, and its confidence.</summary>
internal static class TrustPreviewTimeline
{
    internal static Markup Render(ResolvedExperience experience) =>
        experience.DeliveryTimeline is not { } timeline ? Markup.Empty : Markup.Of(
            $"""
            <article class="card">
            <div class="row"><h3>{timeline.Headline ?? "Delivery"}</h3>{TrustPreviewBinding.Badge(timeline.Metric)}</div>
            <p>{timeline.Narrative}</p>
            <ol class="times">
            {Time("Shortest", timeline.MinMinutes)}
            {Time("Average", timeline.AverageMinutes)}
            {Time("Longest", timeline.MaxMinutes)}
            </ol>
            <p class="by">{timeline.ConfidenceLabel}</p>
            {TrustPreviewBinding.Alerts(timeline.Alerts)}
            {TrustPreviewBinding.Details(timeline.Metric)}
            </article>
            """);

    private static Markup Time(string name, double? minutes) => Markup.Of(
        $"<li><span class=\"figure\">{TrustPreviewText.Minutes(minutes)}</span> {name}</li>");
}

/// <summary>A badge, and the details of the metric behind it.</summary>
internal static class TrustPreviewBinding
{
    /// <summary>A card without a binding is marked here; the checkout shows no badge for it.</summary>
    internal static Markup Badge(BoundMetric? metric) => Markup.Of(
        $"""<span class="chip {metric?.State ?? "unbound"}">{TrustPreviewText.State(metric)}</span>""");

    internal static Markup Details(BoundMetric? metric) => metric is null ? Markup.Empty : Markup.Of(
        $"""
        <dl class="facts">
        {Fact("Metric", Markup.Of($"<code>{metric.MetricId}</code>"))}
        {Fact("Value", Value(metric))}
        {Fact("Fresh for", Freshness(metric)).When(metric.ComputedAt is not null)}
        {Fact("Source", Markup.Of($"{metric.Source ?? "–"} <small>{TrustPreviewText.Count(metric.SampleSize)}</small>"))}
        {Fact("Computed", Markup.Of($"{TrustPreviewText.Utc(metric.ComputedAt)} <small>{TrustPreviewText.Layer(metric.CacheLayer)}</small>")).When(metric.ComputedAt is not null)}
        {Fact("Data up to", Markup.Of($"{TrustPreviewText.Utc(metric.DataAsOf)}")).When(metric.DataAsOf is not null)}
        {Fact("Note", Notes(metric))}
        </dl>
        """);

    internal static Markup Alerts(IEnumerable<string>? alerts)
    {
        string[] list = [.. alerts ?? []];
        return Markup.Of(
            $"<ul class=\"alerts\">{list.Select(alert => Markup.Of($"<li><code>{alert}</code> {AlertText.For(alert)}</li>"))}</ul>").When(list.Length > 0);
    }

    private static Markup Fact(string name, Markup value) => Markup.Of($"<div><dt>{name}</dt><dd>{value}</dd></div>");

    private static Markup Value(BoundMetric metric) => metric.Value is null
        ? Markup.Of($"none")
        : Markup.Of($"{metric.FormattedValue} <small>raw {TrustPreviewText.Number(metric.Value)}</small>");

    private static Markup Freshness(BoundMetric metric)
    {
        var left = TrustPreviewText.FreshnessLeft(metric);
        return metric is { FreshnessMinutesLeft: { } minutes, FreshnessWindowMinutes: { } window and > 0 }
            ? Markup.Of(
                $"""{left} <small>of {TrustPreviewText.Span(window)}</small><meter min="0" max="{window}" low="{window / 4}" value="{minutes}">{left}</meter>""")
            : Markup.Of($"{left}");
    }

    private static Markup Notes(BoundMetric metric)
    {
        string[] notes = metric.Notes.Count > 0 ? [.. metric.Notes] : [metric.ProvenanceNote ?? "–"];
        var editors = metric.Binding.ProvenanceNote is { Length: > 0 } written && !notes.Contains(written) ? $"Editor: {written}" : null;
        return Markup.Join(notes.Append(editors).OfType<string>().Select(note => Markup.Of($"<span class=\"note\">{note}</span>")));
    }
}

/// <summary>Formats numbers and states.</summary>
internal static class TrustPreviewText
{
    private const double MinutesPerHour = 60;
    private const double MinutesPerDay = 1440;

    internal static string State(BoundMetric? metric) => metric switch
    {
        null => "unbound",
        { State: BoundMetric.Preview } => $"preview • {metric.Binding.PreviewState}",
        _ => metric.State,
    };

    /// <summary>Days, hours or minutes, whichever is the largest unit that fits.</summary>
    internal static string Minutes(double? minutes) => minutes switch
    {
        null => "–",
        >= MinutesPerDay => string.Create(CultureInfo.InvariantCulture, $"{minutes / MinutesPerDay:F1} d"),
        >= MinutesPerHour => string.Create(CultureInfo.InvariantCulture, $"{minutes / MinutesPerHour:F1} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{minutes:F0} min"),
    };

    internal static string Utc(DateTimeOffset? instant) =>
        instant is { } at ? at.UtcDateTime.ToString("d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture) : "–";

    internal static string Number(double? value) => value is { } number ? number.ToString("0.####", CultureInfo.InvariantCulture) : "–";

    internal static string FreshnessLeft(BoundMetric metric) => metric.FreshnessMinutesLeft switch
    {
        null => "–",
        0 => "none",
        var left => Span(left.Value),
    };

    internal static string Layer(string? layer) => layer switch
    {
        "memory" => "from memory",
        "computed" => "just now",
        _ => "",
    };

    internal static string Count(long samples) =>
        string.Create(CultureInfo.InvariantCulture, $"{samples:#,0} {(samples == 1 ? "sample" : "samples")}");

    /// <summary>Hours and minutes, for durations that are compared with each other.</summary>
    internal static string Span(double minutes)
    {
        var whole = (long)Math.Floor(minutes);
        var (hours, rest) = (whole / 60, whole % 60);
        return string.Create(CultureInfo.InvariantCulture, $"{(hours > 0 ? $"{hours} h" : "")}{(hours > 0 && rest > 0 ? " " : "")}{(rest > 0 || hours == 0 ? $"{rest} min" : "")}");
    }
}
