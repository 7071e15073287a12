using Smplat.Core.Trust;
using Smplat.Functions.Http;

namespace Smplat.Functions.Trust.Preview;

/// <summary>A badge, and everything that an editor may want to know of the metric behind it.</summary>
internal static class PreviewBinding
{
    /// <summary>An unbound card says so here; the checkout shows no badge for it.</summary>
    internal static Markup Badge(BoundMetric? metric) => Markup.Of(
        $"""<span class="chip {metric?.State ?? "unbound"}">{PreviewText.State(metric)}</span>""");

    internal static Markup Details(BoundMetric? metric) => metric is null ? Markup.Empty : Markup.Of(
        $"""
        <dl class="facts">
        {Fact("Metric", Markup.Of($"<code>{metric.MetricId}</code>"))}
        {Fact("Value", Value(metric))}
        {Fact("Fresh for", Freshness(metric)).When(metric.ComputedAt is not null)}
        {Fact("Source", Markup.Of($"{metric.Source ?? "–"} <small>{PreviewText.Count(metric.SampleSize)}</small>"))}
        {Fact("Computed", Markup.Of($"{PreviewText.Utc(metric.ComputedAt)} <small>{PreviewText.Layer(metric.CacheLayer)}</small>")).When(metric.ComputedAt is not null)}
        {Fact("Data up to", Markup.Of($"{PreviewText.Utc(metric.DataAsOf)}")).When(metric.DataAsOf is not null)}
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
        : Markup.Of($"{metric.FormattedValue} <small>raw {PreviewText.Number(metric.Value)}</small>");

    private static Markup Freshness(BoundMetric metric)
    {
        var left = PreviewText.FreshnessLeft(metric);
        return metric is { FreshnessMinutesLeft: { } minutes, FreshnessWindowMinutes: { } window and > 0 }
            ? Markup.Of(
                $"""{left} <small>of {PreviewText.Span(window)}</small><meter min="0" max="{window}" low="{window / 4}" value="{minutes}">{left}</meter>""")
            : Markup.Of($"{left}");
    }

    private static Markup Notes(BoundMetric metric)
    {
        string[] notes = metric.Notes.Count > 0 ? [.. metric.Notes] : [metric.ProvenanceNote ?? "–"];
        var editors = metric.Binding.ProvenanceNote is { Length: > 0 } written && !notes.Contains(written) ? $"Editor: {written}" : null;
        return Markup.Join(notes.Append(editors).OfType<string>().Select(note => Markup.Of($"<span class=\"note\">{note}</span>")));
    }
}
