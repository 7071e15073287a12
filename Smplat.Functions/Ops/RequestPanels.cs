using System.Globalization;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Requests;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The panels of one request: summary, timeline, quotes with their scores, confirmation, vendor calls.</summary>
internal static class RequestPanels
{
    /// <param name="traceUrl">Address of a trace with <c>{trace_id}</c>; null without a tracing system.</param>
    internal static Task<OpsPanel>[] Of(RequestTimeline request, OpsRequest page, string? traceUrl) =>
    [
        OpsPanel.Of("Summary", Summary(request, page, traceUrl), isWide: true),
        OpsPanel.Of("Timeline", Timeline(request), isWide: true),
        OpsPanel.Of("Quotes", Quotes(request), isWide: true),
        OpsPanel.Of("Scores", Scores(request.Decision), isWide: true),
        OpsPanel.Of("Confirmation", Confirmation(request, page), isWide: true),
        OpsPanel.Of("Calls to vendors in the hour of the request", Calls(request), isWide: true),
    ];

    private static Markup Summary(RequestTimeline request, OpsRequest page, string? traceUrl)
    {
        var lines = request.Facts.Lines;
        var decision = lines.FirstOrDefault(line => line.Event == "router_decision");
        var failure = lines.FirstOrDefault(line => line.Event == "router_failure");
        var took = lines.FirstOrDefault(line => line.Event == "router_latency")?.LatencyMs;
        return OpsParts.Facts(
            ("Request", OpsParts.Id(request.RequestId)),
            ("Began", Markup.Of($"{OpsText.Utc(request.StartedAt)}, {OpsText.Time(request.StartedAt, page.Now)}")),
            ("Outcome", decision is not null
                ? Markup.Of($"{OpsParts.Chip("good", "routed")} to {ProviderName.For(decision.ProviderId)} for {OpsText.Dollars(decision.TotalCents)}{Markup.Of($" {OpsParts.Chip("warn", "mock")}").When(decision.IsMock)}")
                : failure is not null
                    ? Markup.Of($"""{OpsParts.Chip("bad", "not routed")} <span class="error">{failure.Error}</span> <small><code>{failure.ErrorCode}</code></small>""")
                    : Markup.Of($"{OpsParts.Chip("off", "unknown")} its lines are not in the routing log")),
            ("Took", Markup.Of($"{OpsText.Millis(took)}")),
            ("Commission", Markup.Of($"{OpsText.Dollars(decision?.CommissionCents)} expected")),
            ("Cheapest alternative", Markup.Of($"{OpsText.Dollars(decision?.BestAlternativeCents)}")),
            ("Session", request.Facts.Session is { } session
                ? Markup.Of($"{Status(session.Status)} {OpsParts.Id(session.Id.ToString())} <small>valid until {OpsText.Utc(session.ExpiresAt)}</small>")
                : Markup.Of($"none, or purged")),
            ("Traces", request.Traces.Count == 0 ? Markup.Of($"none recorded") : Markup.Of($"{request.Traces.Select(trace => TraceLink.For(trace, traceUrl))}")));
    }

    private static Markup Timeline(RequestTimeline request) => OpsParts.Table(
        "What happened, oldest first",
        ["After", "What", "Provider", "#Took", "Detail"],
        RequestSteps.Of(request).Select(step => (Markup[])
        [
            Markup.Of($"""<time datetime="{step.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}" title="{OpsText.Utc(step.At)}">{RequestSteps.After(step.At - request.StartedAt)}</time>"""),
            OpsParts.Chip(step.Tone, step.What),
            Markup.Of($"{(step.ProviderId is null ? OpsText.Unknown : ProviderName.For(step.ProviderId))}"),
            Markup.Of($"{OpsText.Millis(step.TookMs)}"),
            Markup.Of($"""<span class="{(step.Tone == "bad" ? "error" : "")}">{step.Detail ?? OpsText.Unknown}</span>"""),
        ]),
        "Nothing is recorded.");

    /// <summary>Every provider that was asked: what it answered, and how its basket looks.</summary>
    private static Markup Quotes(RequestTimeline request)
    {
        var scores = request.Decision?.Quotes.ToDictionary(score => score.Provider.ToWire()) ?? [];
        return OpsParts.Table(
            "Providers that were asked",
            ["Provider", "Answer", "#Took", "#Total", "#Delivery", "Items", "Error"],
            request.Facts.Lines.Where(line => line.Event is "provider_quote_success" or "provider_quote_error" or "provider_skipped").Select(line =>
            {
                var input = line.ProviderId is { } id ? scores.GetValueOrDefault(id)?.Input : null;
                return (Markup[])
                [
                    Markup.Of($"{(line.ProviderId is null ? "A provider whose circuit was open" : ProviderName.For(line.ProviderId))}"),
                    line.Event switch
                    {
                        "provider_quote_success" => OpsParts.Chip("good", "quoted"),
                        "provider_skipped" => OpsParts.Chip("warn", "skipped"),
                        _ => OpsParts.Chip("bad", line.Retryable == true ? "failed, may work later" : "failed"),
                    },
                    Markup.Of($"{OpsText.Millis(line.LatencyMs)}"),
                    Markup.Of($"{OpsText.Dollars(input?.TotalCents)}"),
                    Markup.Of($"{(input is { } quoted ? $"{quoted.Eta} min" : OpsText.Unknown)}"),
                    Markup.Of($"{(input is { } basket ? $"{basket.Found} found, {basket.Substituted} substituted" : OpsText.Unknown)}"),
                    line.Error is { } error ? Markup.Of($"""<span class="error">{error}</span> <small><code>{line.ErrorCode}</code></small>""") : Markup.Of($"{OpsText.Unknown}"),
                ];
            }),
            "No provider was asked: all were switched off, excluded, or do not deliver there.");
    }

    private static Markup Scores(DecisionExplanation? decision)
    {
        if (decision is null)
        {
            return OpsParts.None("There is no decision to explain: the request was not routed, or its log line is gone.");
        }

        var table = OpsParts.Table(
            "Scores in rank order",
            ["Provider", "#Price", "#Speed", "#Availability", "#Margin", "#Reliability", "#Priority", "#Total"],
            decision.Quotes.Select((score, rank) => (Markup[])
            [
                Markup.Of($"{ProviderName.For(score.Provider)}{Markup.Of($" {OpsParts.Chip("good", "chosen")}").When(rank == 0)}"),
                Points(score.PriceScore),
                Points(score.SpeedScore),
                Points(score.AvailabilityScore),
                Points(score.MarginScore),
                Points(score.ReliabilityScore),
                Markup.Of($"{score.Input.Priority}"),
                Markup.Of($"{(decision.IsExact ? score.WeightedTotal.ToString("0.00", CultureInfo.InvariantCulture) : OpsText.Unknown)}"),
            ]),
            "No quotes.");
        return Markup.Of(
            $"""
            {table}
            {OpsParts.Hint($"Preference {decision.Preference}. Components are 0 to 100 points by the canonical rule; the total weighs them{(decision.IsExact ? "" : ", and is not shown because the weights of then are purged")}.")}
            {(decision.Overruled is { } overruled ? OpsParts.Hint($"{ProviderName.For(overruled)} had the highest total and was overruled by the shopper-fair guard.") : Markup.Empty)}
            {(decision.Arm is { } arm ? OpsParts.Hint($"Experiment arm {arm}.") : Markup.Empty)}
            """);
    }

    private static Markup Points(int points) => Markup.Of($"{points}");

    private static Markup Confirmation(RequestTimeline request, OpsRequest page)
    {
        var facts = request.Facts;
        if (facts.Attempts.Count == 0 && facts.Orders.Count == 0)
        {
            return OpsParts.None(facts.Session is { Status: "pending" }
                ? "Not confirmed yet: the storefront confirms with the token of the answer."
                : "No confirmation is recorded.");
        }

        return Markup.Of(
            $"""
            {OpsParts.Table(
                "Orders at providers",
                ["Order", "Provider", "Status", "How", "#Total", "At the provider", "Placed"],
                facts.Orders.Select(order => (Markup[])
                [
                    Markup.Of($"{OpsParts.Id(order.OrderRef)}{Markup.Of($" {OpsParts.Chip("warn", "mock")}").When(order.IsMock)}"),
                    Markup.Of($"{ProviderName.For(order.ProviderId)}{(order.FailoverFrom is { } from ? $", instead of {ProviderName.For(from)}" : "")}"),
                    Status(order.Status),
                    Markup.Of($"{OpsText.Words(order.Mode)}"),
                    Markup.Of($"{OpsText.Dollars(order.TotalCents)}"),
                    order.ProviderOrderId is { } id ? OpsParts.Code(id) : Markup.Of($"{OpsText.Unknown}"),
                    OpsText.Time(order.CreatedAt, page.Now),
                ]),
                "No order was placed.")}
            <h3>Attempts</h3>
            {OpsParts.Table(
                "Attempts to place the order, oldest first",
                ["Attempt", "Provider", "Outcome", "#Took", "Evidence or error"],
                facts.Attempts.Select(attempt => (Markup[])
                [
                    Markup.Of($"{attempt.AttemptNo}{(attempt.Leg > 0 ? $" of part {attempt.Leg + 1}" : "")}"),
                    Markup.Of($"{ProviderName.For(attempt.ProviderId)}"),
                    Status(attempt.Outcome),
                    Markup.Of($"{OpsText.Millis((attempt.FinishedAt - attempt.StartedAt)?.TotalMilliseconds)}"),
                    Markup.Of($"""<span class="error">{attempt.Error}</span> {attempt.Evidence} <small><code>{attempt.ErrorCode}</code></small>"""),
                ]),
                "No attempt is recorded.")}
            """);
    }

    private static Markup Status(string status) => OpsParts.Chip(
        status switch
        {
            "confirmed" or "placed" or "handed_off" => "good",
            "failed" or "cancelled" => "bad",
            "expired" => "off",
            "unknown" or "submitted" or "started" or "confirming" => "warn",
            _ => "calm",
        },
        OpsText.Words(status));

    private static Markup Calls(RequestTimeline request) => Markup.Of(
        $"""
        {OpsParts.Table(
            "Calls to vendors by endpoint and status",
            ["Provider", "Endpoint", "Status", "#Calls", "#Average"],
            request.Facts.VendorCalls.Select(calls => (Markup[])
            [
                Markup.Of($"{ProviderName.For(calls.ProviderId)}"),
                OpsParts.Code(calls.Endpoint),
                OpsParts.Chip(calls.StatusClass is "2xx" or "3xx" ? "good" : "bad", calls.StatusClass == "none" ? "no answer" : calls.StatusClass),
                Markup.Of($"{OpsText.Count(calls.Calls)}"),
                Markup.Of($"{OpsText.Millis(calls.AverageLatencyMs)}"),
            ]),
            "No vendor was called in that hour. Mocked and cached quotes make no calls.")}
        {OpsParts.Hint("All requests of the hour together: calls are counted by the hour. The trace shows those of this request alone.")}
        """);
}

/// <summary>One thing that happened to a request.</summary>
/// <param name="Tone">Of its chip.</param>
internal sealed record RequestStep(DateTimeOffset At, string What, string Tone, string? ProviderId, double? TookMs, string? Detail);

/// <summary>Everything that happened to a request in one list.</summary>
internal static class RequestSteps
{
    internal static IEnumerable<RequestStep> Of(RequestTimeline request)
    {
        var facts = request.Facts;
        return new[] { new RequestStep(request.StartedAt, "request received", "calm", null, null, null) }
            .Concat(facts.Lines.Select(line => FromLine(line, request.StartedAt)))
            .Concat(facts.Attempts.SelectMany(FromAttempt))
            .Concat(facts.Orders.Select(order => new RequestStep(
                order.CreatedAt, order.Mode == "handoff" ? "order handed off" : "order placed", "good", order.ProviderId, null, $"{order.OrderRef}, {OpsText.Dollars(order.TotalCents)}")))
            .Concat(facts.Orders.Where(order => order.Status == "cancelled").Select(order => new RequestStep(
                order.UpdatedAt, "order cancelled", "bad", order.ProviderId, null, order.OrderRef)))
            .Concat(facts.Webhooks.Select(hook => new RequestStep(
                hook.ReceivedAt, "webhook", "calm", hook.ProviderId, null, $"{OpsText.Words(hook.EventType)}{(hook.Status is null ? "" : $": {OpsText.Words(hook.Status)}")}")))
            .Concat(facts.Outcomes.Select(outcome => new RequestStep(
                outcome.CreatedAt,
                "outcome",
                outcome.Outcome == "success" ? "good" : "bad",
                outcome.ProviderId,
                null,
                $"{outcome.Outcome}, {(outcome.Source == "report" ? "reported" : "assumed from the confirmation")}{(outcome.UserRating is { } stars ? $", rated {stars} of 5" : "")}")))
            .OrderBy(step => step.At);
    }

    /// <summary>The time since the request began.</summary>
    internal static string After(TimeSpan span) => span.TotalSeconds < 10
        ? $"{span.TotalMilliseconds.ToString("#,0", CultureInfo.InvariantCulture)} ms"
        : OpsText.Span(span);

    /// <summary>All lines of a request are written when it ends; a quote came when its latency says.</summary>
    private static RequestStep FromLine(RequestLine line, DateTimeOffset start)
    {
        var isQuote = line.Event is "provider_quote_success" or "provider_quote_error";
        var tone = line.Event switch
        {
            "router_latency" => "calm",
            _ => line.Level switch { "error" => "bad", "warn" => "warn", _ => "good" },
        };
        var detail = line.Event switch
        {
            "router_decision" => $"{OpsText.Dollars(line.TotalCents)}, cheapest alternative {OpsText.Dollars(line.BestAlternativeCents)}",
            _ => line.Error is null ? line.ErrorCode : $"{line.Error} ({line.ErrorCode})",
        };
        return new(isQuote && line.LatencyMs is { } ms ? start.AddMilliseconds(ms) : line.At, EventName.For(line.Event), tone, line.ProviderId, line.LatencyMs, detail);
    }

    private static IEnumerable<RequestStep> FromAttempt(RequestAttempt attempt)
    {
        yield return new(attempt.StartedAt, $"attempt {attempt.AttemptNo} started", "calm", attempt.ProviderId, null, OpsText.Dollars(attempt.TotalCents));
        if (attempt.SubmittedAt is { } submitted)
        {
            yield return new(submitted, "order submitted", "calm", attempt.ProviderId, null, "from here on the provider may have it");
        }

        if (attempt.FinishedAt is { } finished)
        {
            yield return new(
                finished,
                $"attempt {attempt.AttemptNo} {OpsText.Words(attempt.Outcome)}",
                attempt.Outcome switch { "placed" or "handed_off" => "good", "failed" => "bad", _ => "warn" },
                attempt.ProviderId,
                (finished - attempt.StartedAt).TotalMilliseconds,
                attempt.Error ?? attempt.Evidence);
        }
    }
}

/// <summary>A trace id to copy, with a link into the tracing system where one is set.</summary>
internal static class TraceLink
{
    internal static Markup For(string trace, string? url) => Markup.Of(
        $"""
        <span class="trace">{OpsParts.Id(trace)}{Markup.Of($""" <a href="{url?.Replace("{trace_id}", Uri.EscapeDataString(trace), StringComparison.Ordinal)}" rel="noreferrer">Open trace</a>""").When(url is not null)}</span>
        """);
}
