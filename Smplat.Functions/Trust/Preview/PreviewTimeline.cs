using Smplat.Core.Trust;
using Smplat.Functions.Http;

namespace Smplat.Functions.Trust.Preview;

/// <summary>The delivery timeline: how long it takes at best, on average and at worst, and how sure that is.</summary>
internal static class PreviewTimeline
{
    internal static Markup Render(ResolvedExperience experience) =>
        experience.DeliveryTimeline is not { } timeline ? Markup.Empty : Markup.Of(
            $"""
            <article class="card">
            <div class="row"><h3>{timeline.Headline ?? "Delivery"}</h3>{PreviewBinding.Badge(timeline.Metric)}</div>
            <p>{timeline.Narrative}</p>
            <ol class="times">
            {Time("At best", timeline.MinMinutes)}
            {Time("On average", timeline.AverageMinutes)}
            {Time("At worst", timeline.MaxMinutes)}
            </ol>
            <p class="by">{timeline.ConfidenceLabel}</p>
            {PreviewBinding.Alerts(timeline.Alerts)}
            {PreviewBinding.Details(timeline.Metric)}
            </article>
            """);

    private static Markup Time(string name, double? minutes) => Markup.Of(
        $"<li><span class=\"figure\">{PreviewText.Minutes(minutes)}</span> {name}</li>");
}
