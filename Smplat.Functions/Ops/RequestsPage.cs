using System.Globalization;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Requests;
using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The routing requests: a list to search in, newest first, and a page for each with everything recorded about it.</summary>
public sealed class RequestsPage(RequestQueries requests, IOptionsMonitor<OpsPageOptions> options)
{
    public const string Path = "/ops/requests";

    /// <summary>Events to filter by. Those of a confirmation list the request when its order was confirmed, or failed to be.</summary>
    private static readonly string[] Events =
    [
        "provider_quote_success", "provider_quote_error", "provider_skipped", "router_decision", "router_failure",
        "commerce.confirm_order.success", "commerce.confirm_order.failure", "commerce.failover_attempt", "commerce.failover_success",
        "commerce.failover_failure", "commerce.placement_unsettled",
    ];

    public Task<OpsPage> ShowListAsync(OpsRequest request, CancellationToken cancellationToken)
    {
        var query = RequestQuery.Read(request);
        return OpsPage.OfAsync(
            "Requests",
            OpsSection.Requests,
            Markup.Of($"{Problem(query)}{Form(query)}"),
            OpsPanel.ReadAsync(
                query.RequestId is null ? $"Requests, {query.PeriodName}" : "Request",
                token => query.RequestId is { } id ? OneAsync(id, request, token) : ListAsync(query, request, token),
                cancellationToken,
                isWide: true));
    }

    public async Task<OpsPage> ShowOneAsync(OpsRequest request, string requestId, CancellationToken cancellationToken)
    {
        RequestTimeline? found = null;
        var read = await OpsPanel.ReadAsync(
            "Request",
            async token =>
            {
                found = await requests.FindAsync(requestId, token);
                return Markup.Empty;
            },
            cancellationToken,
            isWide: true);
        if (read.IsUnavailable)
        {
            return await OpsPage.OfAsync("Request", OpsSection.Requests, Markup.Empty, Task.FromResult(read));
        }

        return found is { } timeline
            ? await OpsPage.OfAsync(
                "Request",
                OpsSection.Requests,
                Markup.Of($"""<p class="lead"><a href="{Path}">All requests</a> · <a href="{RequestLink.Around(timeline.StartedAt)}">requests at the same time</a></p>"""),
                RequestPanels.Of(timeline, request, options.CurrentValue.TraceUrl))
            : OpsPage.NotFound(
                OpsSection.Requests,
                "Nothing is recorded about this request. Check that its id is complete (req_ and two more parts); lines of the routing log are kept for three months.");
    }

    private async Task<Markup> OneAsync(string id, OpsRequest request, CancellationToken cancellationToken) =>
        await requests.FindAsync(id, cancellationToken) is { } found
            ? Markup.Of($"""<p><a href="{RequestLink.To(id)}">{id}</a> began {OpsText.Time(found.StartedAt, request.Now)}.</p>""")
            : OpsParts.None("No request has this id. Enter it in full, as the answer of loopgpt_route_order gives it.");

    private async Task<Markup> ListAsync(RequestQuery query, OpsRequest request, CancellationToken cancellationToken)
    {
        var list = await requests.ListAsync(query.Filter, cancellationToken);
        var table = OpsParts.Table(
            "Requests, newest first",
            ["Request", "When", "Outcome", "Provider", "#Total", "#Took", "Quotes", "Order"],
            list.Requests.Select(row => Row(row, request)),
            list.SearchedUntil is null ? query.Empty : "None of the requests that were searched matches.");
        return Markup.Of($"{table}{Paging(list, query)}");
    }

    private static Markup Paging(RequestList list, RequestQuery query) => Markup.Of(
        $"""
        {(list.SearchedUntil is { } until
            ? OpsParts.Hint($"The newest {OpsText.Count(RequestQueries.SearchDepth)} requests were searched, back to {OpsText.Utc(until)}.")
            : Markup.Empty)}
        <p class="paging">{Markup.Of($"""<a class="button" href="{query.Href(null)}">Newest</a>""").When(query.Filter.Before is not null)}
        {(list.Next is { } next
            ? Markup.Of($"""<a class="button" rel="next" href="{query.Href(next)}">{(list.SearchedUntil is null ? "Older requests" : "Continue the search")}</a>""")
            : Markup.Empty)}</p>
        """);

    private static Markup[] Row(RequestRow row, OpsRequest request) =>
    [
        Markup.Of($"""<a href="{RequestLink.To(row.RequestId)}"><code>{row.RequestId}</code></a>{Markup.Of($" {OpsParts.Chip("warn", "mock")}").When(row.IsMock)}"""),
        OpsText.Time(row.At, request.Now),
        Outcome(row),
        Markup.Of($"{ProviderName.For(row.ProviderId)}"),
        Markup.Of($"{OpsText.Dollars(row.TotalCents)}"),
        Markup.Of($"{OpsText.Millis(row.LatencyMs)}"),
        Markup.Of($"{Quotes(row)}"),
        Markup.Of($"{(row.Orders.Count == 0 ? OpsText.Unknown : OpsText.Words(string.Join(", ", row.Orders)))}"),
    ];

    private static Markup Outcome(RequestRow row) => row.Event switch
    {
        "router_decision" => OpsParts.Chip("good", "routed"),
        "router_failure" => Markup.Of($"""{OpsParts.Chip("bad", "not routed")} <span class="error">{row.Error ?? row.ErrorCode}</span>"""),
        var name => Markup.Of(
            $"""{OpsParts.Chip(name.EndsWith("success", StringComparison.Ordinal) ? "good" : "bad", EventName.For(name))} <span class="error">{row.Error}</span>"""),
    };

    private static string Quotes(RequestRow row) => (row.Quoted.Count, row.Failed.Count) switch
    {
        (0, 0) => OpsText.Unknown,
        (var quoted, 0) => $"{quoted} quoted",
        (var quoted, _) => $"{quoted} quoted; failed: {string.Join(", ", row.Failed.Select(ProviderName.For))}",
    };

    private static Markup Problem(RequestQuery query) => query.Problem is { } problem
        ? Markup.Of($"""<p class="notice bad" role="alert">{problem}</p>""")
        : Markup.Empty;

    private static Markup Form(RequestQuery query) => Markup.Of(
        $"""
        {OpsWindow.Choose(query.Window, window => query.HrefFor(window))}
        <form class="filter" action="{Path}">
        {OpsForms.Field("from", Markup.Of($"""<input id="from" name="since" type="datetime-local" step="1" value="{Local(query.Window is null ? query.Filter.Since : null)}">"""), "From (UTC)")}
        {OpsForms.Field("to", Markup.Of($"""<input id="to" name="until" type="datetime-local" step="1" value="{Local(query.Until)}">"""), "To (UTC)")}
        {OpsForms.Choice("provider", "Provider", query.Filter.Provider, ProviderIds.All.Select(id => (id.ToWire(), ProviderName.For(id))), "any")}
        {OpsForms.Choice("event", "Event", query.Filter.Event, Events.Select(name => (name, EventName.For(name))), "any")}
        {OpsForms.Choice("outcome", "Outcome", query.Outcome, [("routed", "routed"), ("failed", "not routed")], "any")}
        {OpsForms.Field("request", Markup.Of($"""<input id="request" name="request_id" maxlength="60" autocomplete="off" spellcheck="false" value="{query.RequestId}">"""), "Request id")}
        <p class="field"><button class="primary">Show</button> <a class="button" href="{Path}">Reset</a></p>
        </form>
        """);

    /// <summary>Empty for a period that moves with the clock, so that sending the form again does not freeze it.</summary>
    private static string Local(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) ?? "";
}

/// <summary>The filters in the address of the list.</summary>
internal sealed record RequestQuery(RequestFilter Filter, DashboardWindow? Window, string? Outcome, string? RequestId, string? Problem)
{
    private static readonly string[] TimeForms = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss'Z'"];

    /// <summary>The end of a fixed period; null for one that ends now.</summary>
    public DateTimeOffset? Until => Window is null ? Filter.Until : null;

    public string PeriodName => Window is { } window ? OpsWindow.NameOf(window) : $"{OpsText.Utc(Filter.Since)} to {OpsText.Utc(Filter.Until)}";

    public string Empty => Filter.IsSearch || Outcome is not null
        ? "No request matches. Choose a longer period, or fewer filters."
        : "No request in this period. Choose a longer one, or route an order: see loopgpt_route_order under /api/docs.";

    public static RequestQuery Read(OpsRequest request)
    {
        var problems = new List<string>();
        var (since, until) = (Time("since"), Time("until"));
        var window = since is null && until is null ? OpsWindow.Of(request, DashboardWindow.Day) : null;
        var end = until ?? request.Now.AddMinutes(1);
        var begin = since ?? (window is not null ? request.Now - window.Length : end.AddDays(-1));
        if (begin >= end)
        {
            problems.Add("The period ends before it begins: exchange From and To.");
        }

        var outcome = request.Query("outcome") is "routed" or "failed" ? request.Query("outcome") : null;
        return new(
            new(begin, end)
            {
                Provider = request.Query("provider") is { } provider && ProviderIds.TryParse(provider, out var id) ? id.ToWire() : null,
                Event = request.Query("event") is { Length: < 64 } name && name.All(letter => char.IsAsciiLetterLower(letter) || letter is '_' or '.') ? name : null,
                IsRouted = outcome is null ? null : outcome == "routed",
                Before = RequestCursor.Parse(request.Query("before")),
            },
            window,
            outcome,
            request.Query("request_id")?.Trim() is { Length: > 0 and <= 60 } requestId ? requestId : null,
            problems.Count == 0 ? null : string.Join(" ", problems));

        DateTimeOffset? Time(string name)
        {
            if (request.Query(name) is not { } text)
            {
                return null;
            }

            if (DateTimeOffset.TryParseExact(
                text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
            {
                return at;
            }

            problems.Add($"{(name == "since" ? "From" : "To")} must be a time in UTC such as 2026-01-31T14:05.");
            return null;
        }
    }

    public string Href(RequestCursor? before) => RequestLink.List(
        Window is { } window ? ("window", window.Label) : ("since", OpsText.Iso(Filter.Since)),
        ("until", Window is null ? OpsText.Iso(Filter.Until) : null),
        ("provider", Filter.Provider),
        ("event", Filter.Event),
        ("outcome", Outcome),
        ("before", before?.ToString()));

    public string HrefFor(DashboardWindow window) => RequestLink.List(
        ("window", window.Label), ("provider", Filter.Provider), ("event", Filter.Event), ("outcome", Outcome));
}

/// <summary>Addresses of requests, for tiles and charts.</summary>
internal static class RequestLink
{
    internal static string To(string requestId) => $"{RequestsPage.Path}/{Uri.EscapeDataString(requestId)}";

    internal static string List(params (string Name, string? Value)[] filters)
    {
        var known = filters.Where(filter => filter.Value is not null).Select(filter => $"{filter.Name}={Uri.EscapeDataString(filter.Value!)}");
        return string.Join("?", new[] { RequestsPage.Path, string.Join("&", known) }.Where(part => part.Length > 0));
    }

    /// <param name="length">Of the interval that begins then.</param>
    internal static string Between(DateTimeOffset since, TimeSpan length, string? outcome = null, string? provider = null, string? name = null) => List(
        ("since", OpsText.Iso(since)), ("until", OpsText.Iso(since + length)), ("provider", provider), ("event", name), ("outcome", outcome));

    internal static string Around(DateTimeOffset at) => Between(at.AddMinutes(-5), TimeSpan.FromMinutes(10));
}

/// <summary>Events of the routing log in words.</summary>
internal static class EventName
{
    internal static string For(string name) => name switch
    {
        "provider_quote_success" => "quote returned",
        "provider_quote_error" => "quote failed",
        "provider_skipped" => "provider skipped, circuit open",
        "router_decision" => "routed",
        "router_failure" => "not routed",
        "router_latency" => "answered",
        "commerce.confirm_order.success" => "order confirmed",
        "commerce.confirm_order.failure" => "confirmation failed",
        "commerce.failover_attempt" => "failover tried",
        "commerce.failover_success" => "failover succeeded",
        "commerce.failover_failure" => "failover failed",
        "commerce.placement_unsettled" => "placement waits for an operator",
        _ => OpsText.Words(name),
    };
}
