using Smplat.Core.Trust;
using Smplat.Functions.Http;

namespace Smplat.Functions.Trust.Preview;

/// <summary>The parts of an experience as cards.</summary>
internal static class PreviewParts
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
        <div class="row"><h3>{snapshot.Label}</h3>{PreviewBinding.Badge(snapshot.Metric)}</div>
        <p class="figure">{snapshot.DisplayValue ?? "–"}{Markup.Of($" <small>fallback</small>").When(snapshot.IsFallback && snapshot.DisplayValue is not null)}</p>
        {Line(snapshot.Caption)}
        {PreviewBinding.Alerts(snapshot.Metric?.Alerts)}
        {PreviewBinding.Details(snapshot.Metric)}
        </article>
        """)));

    internal static Markup Assurances(ResolvedExperience experience) => Cards(experience.AssurancePoints.Select(point => Markup.Of(
        $"""
        <article class="card">
        <div class="row"><h3>{point.Title}</h3>{PreviewBinding.Badge(point.Metric)}</div>
        {Line(point.Description)}
        {Line(point.Evidence)}
        {PreviewBinding.Details(point.Metric)}
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
