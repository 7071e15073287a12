using Smplat.Core.Operators;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The first look: is the app ready, is there an incident, and what needs a hand.</summary>
public sealed class OverviewPage(
    ReadinessCheck readiness, BannerOperations board, QueueQueries queue, JobCatalog catalog, JobGate gate, JobLedgerStore ledger, CommerceDashboards commerce)
{
    private const int LatestBanners = 5;

    public Task<OpsPage> ShowAsync(OpsVisit visit, CancellationToken cancellationToken) => OpsPage.OfAsync(
        "Overview",
        OpsSection.Overview,
        Markup.Empty,
        OpsPanel.ReadAsync("Routing, last hour", RoutingAsync, cancellationToken),
        OpsPanel.ReadAsync("Work, now", token => WorkAsync(visit, token), cancellationToken),
        OpsPanel.ReadAsync("Readiness", token => ReadinessAsync(visit, token), cancellationToken, isWide: true),
        OpsPanel.ReadAsync("Incident banner", token => BannerAsync(visit, token), cancellationToken, isWide: true));

    private async Task<Markup> RoutingAsync(CancellationToken cancellationToken)
    {
        var total = (await commerce.ReadLiveAsync(cancellationToken)).Total;
        return OpsParts.Tiles(
            OpsParts.Tile("Orders", OpsText.Count(total?.Requests ?? 0)),
            OpsParts.Tile("Not routed", OpsText.Percent(total?.ErrorRate), null, total?.ErrorRate > 0.05 ? "bad" : ""),
            OpsParts.Tile("P95", OpsText.Millis(total?.P95Ms), null, total?.P95Ms > 5000 ? "bad" : ""));
    }

    private async Task<Markup> WorkAsync(OpsVisit visit, CancellationToken cancellationToken)
    {
        var depth = (await queue.ReadAsync(cancellationToken)).Depth;
        var states = (await ledger.ListStatesAsync(cancellationToken)).ToDictionary(state => state.JobId);
        var failing = catalog.All.Count(job =>
            JobStanding(job, states, visit.Now) is ("bad", _));
        return OpsParts.Tiles(
            OpsParts.Tile("Tasks due", OpsText.Count(depth.Due), depth.OldestDueAt is { } oldest ? $"oldest for {OpsText.Span(visit.Now - oldest)}" : null),
            OpsParts.Tile("Dead letters", Link("/ops/queue", depth.DeadLetters), null, depth.DeadLetters > 0 ? "bad" : ""),
            OpsParts.Tile("Failing jobs", Link("/ops/jobs", failing), null, failing > 0 ? "bad" : ""));
    }

    private (string Tone, string Word) JobStanding(IJob job, Dictionary<string, JobState> states, DateTimeOffset now) =>
        Smplat.Functions.Ops.JobStanding.Of(gate.IsOpenFor(job), states.GetValueOrDefault(job.Definition.Id), now);

    private async Task<Markup> ReadinessAsync(OpsVisit visit, CancellationToken cancellationToken)
    {
        var report = await readiness.CheckAsync(cancellationToken);
        var table = OpsParts.Table(
            "Components, the worst first",
            ["Component", "State", "Detail", "Last success", "Last error"],
            report.Components.OrderByDescending(entry => entry.Value.Status).ThenBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => Row(entry.Key, entry.Value, visit)),
            "No component reports.");
        return Markup.Of($"""<p class="verdict">{Chip(report.Status)} as this instance sees it</p>{table}""");
    }

    private static Markup[] Row(string name, ComponentState state, OpsVisit visit) =>
    [
        Markup.Of($"{name}"),
        Chip(state.Status),
        Markup.Of($"{state.Detail}"),
        OpsText.Time(state.LastSuccessAt, visit.Now),
        OpsText.Time(state.LastErrorAt, visit.Now),
    ];

    private static Markup Chip(ComponentStatus status) => OpsParts.Chip(
        status switch
        {
            ComponentStatus.Ready => "good",
            ComponentStatus.Disabled => "off",
            ComponentStatus.Error => "bad",
            _ => "warn",
        },
        status.ToString().ToLowerInvariant());

    private async Task<Markup> BannerAsync(OpsVisit visit, CancellationToken cancellationToken)
    {
        var banner = await board.ReadAsync(cancellationToken);
        var changes = await board.ListChangesAsync(LatestBanners, cancellationToken);
        return Markup.Of(
            $"""
            {(banner is null ? OpsParts.Hint("No banner is up. One that is up stands on every page here, and other tools read it.") : BannerForms.Clear(visit, banner))}
            {BannerForms.Set(visit, banner is not null)}
            <h3>Latest changes</h3>
            {Changes(changes, visit)}
            """);
    }

    private static Markup Changes(IReadOnlyList<BannerChange> changes, OpsVisit visit) => OpsParts.Table(
        "Banners that were put up and taken down, newest first",
        ["When", "What", "Banner", "Who", "Reason"],
        changes.Select(change => (Markup[])
        [
            OpsText.Time(change.ChangedAt, visit.Now),
            Markup.Of($"{(change.Action == "set" ? "put up" : "taken down")}"),
            Markup.Of($"{change.Message} <small>{change.Severity}</small>"),
            Markup.Of($"{change.Actor}"),
            Markup.Of($"{change.Reason ?? OpsText.Unknown}"),
        ]),
        "No banner was ever put up.");

    private static Markup Link(string href, long count) => Markup.Of($"""<a href="{href}">{OpsText.Count(count)}</a>""");
}
