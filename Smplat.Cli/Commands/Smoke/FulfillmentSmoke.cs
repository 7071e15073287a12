namespace Smplat.Cli.Commands.Smoke;

/// <summary>Whether the worker's figures can be had, complete from the first start on.</summary>
internal static class FulfillmentSmoke
{
    internal static async Task RunAsync(ISmokeTarget target, SmokeReport report, CancellationToken cancellationToken)
    {
        var health = await target.GetAsync("/healthz", cancellationToken);
        report.Check(health.TryGetProperty("status", out var status) && status.GetString() == "ok", "/healthz says ok");

        report.HasMembers(
            await target.GetAsync("/api/v1/fulfillment/metrics", cancellationToken), "metrics", "tasks_processed", "tasks_failed");
        report.HasMembers(
            await target.GetAsync("/api/v1/fulfillment/health", cancellationToken),
            "health", "running", "poll_interval_seconds", "batch_size", "metrics");
        var observability = await target.GetAsync("/api/v1/fulfillment/observability", cancellationToken);
        report.HasMembers(observability, "observability", "totals", "per_task_type", "events");
        report.HasMembers(observability.GetProperty("totals"), "totals", "processed", "failed", "retried", "dead_lettered");
    }
}
