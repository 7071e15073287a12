using Smplat.Core.Operators;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The start page: readiness, the incident banner, and what needs attention.</summary>
public sealed class OverviewPage(
    ReadinessCheck readiness, BannerOperations board, QueueQueries queue, JobRegistry catalog, JobGate gate, JobQueries ledger, CommerceDashboards commerce)
{
    private const int LatestBanners = 5;

    public Task<OpsPage> ShowAsync(OpsRequest request, CancellationToken cancellationToken) => ShowAsync(
        request, OpsWindow.Of(request, DashboardWindow.Hour), cancellationToken);

    private Task<OpsPage> ShowAsync(OpsRequest request, DashboardWindow window, CancellationToken cancellationToken) => OpsPage.OfAsync(
        "Overview",
        OpsSection.Overview,
        OpsWindow.Choose(OpsSection.Overview.Path, window),
        OpsPanel.ReadAsync($"Routing, {OpsWindow.NameOf(window)}", token => RoutingAsync(window, token), cancellationToken),
        OpsPanel.ReadAsync("Work right now", token => WorkAsync(request, token), cancellationToken),
        OpsPanel.ReadAsync("Readiness", token => ReadinessAsync(request, token), cancellationToken, isWide: true),
        OpsPanel.ReadAsync("Incident banner", token => BannerAsync(request, token), cancellationToken, isWide: true));

    private async Task<Markup> RoutingAsync(DashboardWindow window, CancellationToken cancellationToken)
    {
        var total = (await commerce.ReadLiveAsync(window, cancellationToken)).Total;
        string Of(string? outcome) => RequestLink.List(("window", window.Label), ("outcome", outcome));
        return OpsParts.Tiles(
            OpsParts.Tile("Requests", OpsParts.Link(Of(null), OpsText.Count(total?.Requests ?? 0))),
            OpsParts.Tile("Not routed", OpsParts.Link(Of("failed"), OpsText.Percent(total?.ErrorRate)), null, total?.ErrorRate > 0.05 ? "bad" : ""),
            OpsParts.Tile("P50", OpsParts.Link(Of("routed"), OpsText.Millis(total?.P50Ms))),
            OpsParts.Tile("P95", OpsParts.Link(Of("routed"), OpsText.Millis(total?.P95Ms)), null, total?.P95Ms > 5000 ? "bad" : ""));
    }

    private async Task<Markup> WorkAsync(OpsRequest request, CancellationToken cancellationToken)
    {
        var depth = await queue.ReadDepthAsync(cancellationToken);
        var states = (await ledger.ListStatesAsync(cancellationToken)).ToDictionary(state => state.JobId);
        var failing = catalog.All.Count(job =>
            JobBadge.Of(gate.IsOpenFor(job), states.GetValueOrDefault(job.Definition.Id), request.Now) is ("bad", _));
        return OpsParts.Tiles(
            OpsParts.Tile("Tasks due", Link("/ops/queue", depth.Due), depth.OldestDueAt is { } oldest ? $"oldest waiting for {OpsText.Span(request.Now - oldest)}" : null),
            OpsParts.Tile("Dead letters", Link("/ops/queue", depth.DeadLetters), null, depth.DeadLetters > 0 ? "bad" : ""),
            OpsParts.Tile("Failing jobs", Link("/ops/jobs", failing), null, failing > 0 ? "bad" : ""));
    }

    private async Task<Markup> ReadinessAsync(OpsRequest request, CancellationToken cancellationToken)
    {
        var report = await readiness.CheckAsync(cancellationToken);
        var table = OpsParts.Table(
            "Components, worst first",
            ["Component", "State", "Detail", "Last success", "Last error"],
            report.Components.OrderByDescending(entry => entry.Value.Status).ThenBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => Row(entry.Key, entry.Value, request)),
            "There are no components.");
        return Markup.Of($"""<p class="verdict">{Chip(report.Status)} as seen by this instance</p>{table}""");
    }

    private static Markup[] Row(string name, ComponentHealth state, OpsRequest request) =>
    [
        Markup.Of($"{name}"),
        Chip(state.Status),
        Markup.Of($"{state.Detail}"),
        OpsText.Time(state.LastSuccessAt, request.Now),
        OpsText.Time(state.LastErrorAt, request.Now),
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

    private async Task<Markup> BannerAsync(OpsRequest request, CancellationToken cancellationToken)
    {
        var banner = await board.ReadAsync(cancellationToken);
        var changes = await board.ListChangesAsync(LatestBanners, cancellationToken);
        return Markup.Of(
            $"""
            {(banner is null ? OpsParts.Hint("No banner is set. A banner is shown on every page here and can be read by other tools.") : BannerForms.Clear(request))}
            {BannerForms.Set(request, banner is not null)}
            <h3>Latest changes</h3>
            {Changes(changes, request)}
            """);
    }

    private static Markup Changes(IReadOnlyList<BannerChange> changes, OpsRequest request) => OpsParts.Table(
        "Changes of the banner, newest first",
        ["When", "What", "Banner", "Who", "Reason"],
        changes.Select(change => (Markup[])
        [
            OpsText.Time(change.ChangedAt, request.Now),
            Markup.Of($"{(change.Action == "set" ? "set" : "cleared")}"),
            Markup.Of($"{change.Message} <small>{change.Severity}</small>"),
            Markup.Of($"{change.Actor}"),
            Markup.Of($"{change.Reason ?? OpsText.Unknown}"),
        ]),
        "No banner has been set yet.");

    private static Markup Link(string href, long count) => Markup.Of($"""<a href="{href}">{OpsText.Count(count)}</a>""");
}

/// <summary>Forms of the incident banner.</summary>
internal static class BannerForms
{
    internal static Markup Set(OpsRequest request, bool isReplacement) => OpsForms.Disclosure(
        isReplacement ? "Replace the banner …" : "Set a banner …",
        "",
        OpsForms.Form(
            request,
            "/ops/banner",
            Markup.Of(
                $"""
                {OpsForms.Text("banner-message", "message", "Message: what is happening, and what is being done about it", 500)}
                {OpsForms.Select("banner-severity", "severity", "Severity", [("warning", "Warning"), ("critical", "Critical"), ("info", "Info")])}
                {OpsForms.Text("banner-reference", "reference", "Trace, span or ticket (optional)", 200, isRequired: false)}
                <button class="primary">Set banner</button>
                """)));

    internal static Markup Clear(OpsRequest request) => Markup.Of(
        $"""
        {OpsParts.Hint("The banner at the top of every page is set. Clear it when the incident has ended.")}
        {OpsForms.Disclosure("Clear the banner …", "", OpsForms.Form(
            request,
            "/ops/banner/clear",
            Markup.Of($"""{OpsForms.Text("banner-reason", "reason", "Reason: how the incident ended", 500)}<button class="primary">Clear banner</button>""")))}
        """);
}

/// <summary>Sets and clears the incident banner, as the API does.</summary>
public sealed class BannerActions(BannerOperations board)
{
    public const string Path = "/ops";

    public async Task<OpsNotice> SetAsync(OpsRequest request, OpsForm form, CancellationToken cancellationToken)
    {
        await board.SetAsync(form.With("set_by", request.Actor).Read(IncidentBanner.Read), cancellationToken);
        return OpsNotice.Good("The banner is set.");
    }

    public async Task<OpsNotice> ClearAsync(OpsForm form, CancellationToken cancellationToken) =>
        await board.ClearAsync(form.Read(ClearBanner.Read), cancellationToken)
            ? OpsNotice.Good("The banner is cleared.")
            : OpsNotice.Warn("No banner was set.");
}
