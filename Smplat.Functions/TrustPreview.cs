using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Smplat.Core.Trust;
using Smplat.Functions.Http;

namespace Smplat.Functions;

/// <summary>Collects the content of the preview page: the draft of a slug and what the checkout shows now.</summary>
public sealed class TrustPreview(TrustExperiences experiences)
{
    public async Task<IResult> ShowAsync(string id, string? place, CancellationToken cancellationToken)
    {
        var draft = await experiences.FindAsync(id, new(place, IsDraft: true), cancellationToken);
        var live = await experiences.FindAsync(FallbackDocument.Slug, new(place, IsDraft: false), cancellationToken);
        var slugs = await experiences.ListAsync(place, cancellationToken);
        return Page(nonce => new TrustPreviewPage(id, draft, live!, slugs).Render(nonce), StatusCodes.Status200OK);
    }

    public static IResult NotFound() => Page(TrustPreviewLayout.NotFound, StatusCodes.Status404NotFound);

    /// <summary>Loads nothing but its own style, runs no scripts, is not cached and cannot be framed.</summary>
    private static IResult Page(Func<string, string> render, int status)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var policy = $"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        var answer = (BytesAnswer)Answer.Html(render(nonce), policy, status);
        answer.Headers["Referrer-Policy"] = "no-referrer";
        answer.Headers["X-Robots-Tag"] = "noindex";
        return answer;
    }
}

/// <summary>The draft beside the live content, part by part.</summary>
/// <param name="Draft">Null when there is no draft of the slug.</param>
internal sealed record TrustPreviewPage(
    string Slug, ResolvedExperience? Draft, ResolvedExperience Live, IReadOnlyList<string> Slugs)
{
    private string Environment => Live.Environment;

    internal string Render(string nonce) => TrustPreviewLayout.Page(nonce, $"Trust preview: {Slug}", Markup.Of(
        $"""
        {Head()}
        <main>
        {Summary()}
        {Section("Guarantee", TrustPreviewParts.Guarantee, TrustPreviewContent.Guarantee)}
        {Section("Delivery timeline", TrustPreviewTimeline.Render, TrustPreviewContent.Timeline)}
        {Section("Performance", TrustPreviewParts.Snapshots, TrustPreviewContent.Snapshots)}
        {Section("Assurances", TrustPreviewParts.Assurances, TrustPreviewContent.Assurances)}
        {Section("Support", TrustPreviewParts.Channels, experience => experience.SupportChannels)}
        {Section("Testimonials", TrustPreviewParts.Testimonials, experience => experience.Testimonials)}
        {Section("Offers", TrustPreviewParts.Offers, experience => experience.BundleOffers)}
        </main>
        <footer>Metrics as of {TrustPreviewText.Utc(Live.ResolvedAt)}. In the draft, preview states chosen by editors replace the real states.</footer>
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
        {Side("Draft", Draft is null ? Missing() : Summary(Draft))}
        {Side("Live", Summary(Live))}
        </section>
        """);

    private static Markup Summary(ResolvedExperience experience)
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
        TrustExperiences.Fallback => "Nothing is published; the built-in text is shown",
        TrustExperiences.Draft => "Latest version from the content system",
        _ => "Published version",
    };

    /// <summary>Both sides of one part. A part that is empty on both sides is omitted; a difference is marked.</summary>
    private Markup Section(
        string title, Func<ResolvedExperience, Markup> render, Func<ResolvedExperience, IEnumerable<object?>> content)
    {
        var (draft, live) = (Draft is null ? Missing() : render(Draft), render(Live));
        var isEmpty = live == Markup.Empty && (Draft is null || draft == Markup.Empty);
        var differs = Draft is not null && !content(Draft).SequenceEqual(content(Live));
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

    private static Markup Missing() => Markup.Of($"<p class=\"none\">There is no draft with this slug.</p>");

    private static Markup Nothing() => Markup.Of($"<p class=\"none\">Nothing here.</p>");
}

/// <summary>The frame of the preview pages.</summary>
internal static class TrustPreviewLayout
{
    private static readonly string Style = ReadStyle();

    internal static string Page(string nonce, string title, Markup body)
    {
        // The style is embedded in this assembly and contains no user input.
        var head = $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <meta name="color-scheme" content="light dark">
            <style nonce="{nonce}">{Style}</style>
            """;
        return head + Html($"<title>{title}</title></head><body>{body}</body></html>");
    }

    internal static string NotFound(string nonce) => Page(nonce, "Not found", Markup.Of(
        $"""
        <main class="lost">
        <h1>Not found</h1>
        <p>There is no page at this address.</p>
        </main>
        """));

    private static string Html(ref MarkupBuilder builder) => Markup.Of(ref builder).ToString();

    private static string ReadStyle()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("trust-preview.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>The editors' content without the metric values, so that only a difference in content is marked.</summary>
internal static class TrustPreviewContent
{
    internal static IEnumerable<object?> Guarantee(ResolvedExperience experience) =>
        [experience.GuaranteeHeadline, experience.GuaranteeDescription];

    internal static IEnumerable<object?> Snapshots(ResolvedExperience experience) => experience.PerformanceSnapshots
        .Select(snapshot => (object)(snapshot.Id, snapshot.Label, snapshot.Caption, snapshot.FallbackValue, snapshot.Metric?.Binding));

    internal static IEnumerable<object?> Assurances(ResolvedExperience experience) => experience.AssurancePoints
        .Select(point => (object)(point.Id, point.Title, point.Description, point.Evidence, point.Metric?.Binding));

    internal static IEnumerable<object?> Timeline(ResolvedExperience experience) =>
        [experience.DeliveryTimeline?.Headline, experience.DeliveryTimeline?.Narrative, experience.DeliveryTimeline?.Metric?.Binding];
}
