using Smplat.Core.Trust;
using Smplat.Functions.Http;

namespace Smplat.Functions.Trust.Preview;

/// <summary>Draft beside live, part by part.</summary>
/// <param name="Draft">Null when nothing was written under the slug.</param>
internal sealed record PreviewPage(
    string Slug, ResolvedExperience? Draft, ResolvedExperience Live, IReadOnlyList<string> Slugs)
{
    private string Environment => Live.Environment;

    internal string Render(string nonce) => PreviewLayout.Page(nonce, $"Trust preview: {Slug}", Markup.Of(
        $"""
        {Head()}
        <main>
        {Summary()}
        {Section("Guarantee", PreviewParts.Guarantee, WrittenParts.Guarantee)}
        {Section("Delivery timeline", PreviewTimeline.Render, WrittenParts.Timeline)}
        {Section("Performance", PreviewParts.Snapshots, WrittenParts.Snapshots)}
        {Section("Assurances", PreviewParts.Assurances, WrittenParts.Assurances)}
        {Section("Support", PreviewParts.Channels, experience => experience.SupportChannels)}
        {Section("Voices", PreviewParts.Testimonials, experience => experience.Testimonials)}
        {Section("Offers", PreviewParts.Offers, experience => experience.BundleOffers)}
        </main>
        <footer>Figures as of {PreviewText.Utc(Live.ResolvedAt)}. In the draft, preview states that editors chose stand in for the true ones.</footer>
        """));

    private Markup Head() => Markup.Of(
        $"""
        <header class="top">
        <p class="kicker">Trust preview <span class="env">{Environment}</span></p>
        <h1>{Draft?.Name ?? Slug}</h1>
        <p class="where">Draft of <code>{Slug}</code> beside what the checkout shows now.</p>
        {Others()}
        </header>
        """);

    private Markup Others()
    {
        string[] others = [.. Slugs.Where(slug => slug != Slug)];
        return Markup.Of($"<p class=\"where\">Also in {Environment}: {string.Join(", ", others)}</p>").When(others.Length > 0);
    }

    private Markup Summary() => Markup.Of(
        $"""
        <section class="pair summary">
        <h2 class="unseen">Summary</h2>
        {Side("Draft", Draft is null ? Missing() : Tally(Draft))}
        {Side("Live", Tally(Live))}
        </section>
        """);

    private static Markup Tally(ResolvedExperience experience)
    {
        var metrics = Metrics(experience).ToList();
        var states = metrics.GroupBy(metric => metric.State).OrderBy(group => group.Key, StringComparer.Ordinal);
        var tally = Markup.Join(states.Select(group => Markup.Of($"<li class=\"chip {group.Key}\">{group.Count()} {group.Key}</li>")));
        return Markup.Of(
            $"""
            <p class="origin">{Origin(experience)}</p>
            <ul class="chips">{tally}{Markup.Of($"<li class=\"chip unbound\">no bindings</li>").When(metrics.Count == 0)}</ul>
            """);
    }

    private static IEnumerable<BoundMetric> Metrics(ResolvedExperience experience) =>
        experience.AssurancePoints.Select(point => point.Metric)
            .Concat(experience.PerformanceSnapshots.Select(snapshot => snapshot.Metric))
            .Append(experience.DeliveryTimeline?.Metric)
            .OfType<BoundMetric>();

    private static string Origin(ResolvedExperience experience) => experience.Version switch
    {
        TrustExperiences.Fallback => "Nothing is published; the built-in copy is shown",
        TrustExperiences.Draft => "Latest version from the content system",
        _ => "Published version",
    };

    /// <summary>Both sides of one part; a part that neither has is left out, one that differs says so.</summary>
    private Markup Section(
        string title, Func<ResolvedExperience, Markup> render, Func<ResolvedExperience, IEnumerable<object?>> written)
    {
        var (draft, live) = (Draft is null ? Missing() : render(Draft), render(Live));
        var isEmpty = live == Markup.Empty && (Draft is null || draft == Markup.Empty);
        var differs = Draft is not null && !written(Draft).SequenceEqual(written(Live));
        return Markup.Of(
            $"""
            <section class="pair">
            <h2>{title}{Markup.Of($" <span class=\"differs\">differs</span>").When(differs)}</h2>
            {Side("Draft", draft == Markup.Empty ? Nothing() : draft)}
            {Side("Live", live == Markup.Empty ? Nothing() : live)}
            </section>
            """).When(!isEmpty);
    }

    private static Markup Side(string name, Markup content) => Markup.Of(
        $"""<div class="side {name.ToLowerInvariant()}"><p class="which">{name}</p>{content}</div>""");

    private static Markup Missing() => Markup.Of($"<p class=\"none\">There is no draft under this slug.</p>");

    private static Markup Nothing() => Markup.Of($"<p class=\"none\">Nothing here.</p>");
}
