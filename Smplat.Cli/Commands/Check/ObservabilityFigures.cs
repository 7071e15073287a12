using System.Text.Json;

namespace Smplat.Cli.Commands.Check;

/// <summary>The figures that the check compares, as the observability routes tell them.</summary>
public sealed record ObservabilityFigures
{
    /// <summary>Dead letters that are open now.</summary>
    public long DeadLettered { get; init; }

    public long Failed { get; init; }

    /// <summary>Null when payments were not asked for want of a key.</summary>
    public long? CheckoutFailures { get; init; }

    public long? WebhookFailures { get; init; }

    /// <summary>Null when the catalogue was not asked.</summary>
    public long? Searches { get; init; }

    public double? ZeroResultsRate { get; init; }

    /// <summary>Counters as their increase since an earlier reading; what is open now, and rates, are taken as they are.</summary>
    public ObservabilityFigures Since(ObservabilityFigures earlier) => this with
    {
        Failed = Math.Max(0, Failed - earlier.Failed),
        CheckoutFailures = CheckoutFailures is { } checkout ? Math.Max(0, checkout - (earlier.CheckoutFailures ?? checkout)) : null,
        WebhookFailures = WebhookFailures is { } webhook ? Math.Max(0, webhook - (earlier.WebhookFailures ?? webhook)) : null,
    };

    public ObservabilityFigures WithFulfillment(JsonElement body)
    {
        var totals = body.GetProperty("totals");
        return this with
        {
            DeadLettered = (body.TryGetProperty("open_dead_letters", out var open) ? open : totals.GetProperty("dead_lettered")).GetInt64(),
            Failed = totals.GetProperty("failed").GetInt64(),
        };
    }

    public ObservabilityFigures WithPayments(JsonElement body) => this with
    {
        CheckoutFailures = body.GetProperty("checkout").GetProperty("totals").GetProperty("failed").GetInt64(),
        WebhookFailures = body.GetProperty("webhooks").GetProperty("totals").GetProperty("failed")
            .EnumerateObject().Sum(type => type.Value.GetInt64()),
    };

    public ObservabilityFigures WithCatalog(JsonElement body) => this with
    {
        Searches = body.GetProperty("totals").GetProperty("searches").GetInt64(),
        ZeroResultsRate = body.GetProperty("metrics").GetProperty("zero_results_rate").GetDouble(),
    };
}
