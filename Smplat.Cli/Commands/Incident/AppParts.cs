using System.Text.Json;
using Smplat.Cli.Commands.Api;

namespace Smplat.Cli.Commands.Incident;

/// <summary>What the running app tells, each answer as it came.</summary>
internal static class AppParts
{
    private const string Source = "app";

    /// <summary>The routes, and whether they need a key.</summary>
    private static readonly (string File, string What, string Path, bool IsKeyed)[] Answers =
    [
        ("readiness.json", "Readiness of every component", "/api/v1/health/readyz", false),
        ("liveness.json", "Version and environment", "/healthz", false),
        ("feed.txt", "Every metric at this moment, as Prometheus reads it", "/api/v1/observability/prometheus", true),
        ("jobs.json", "Standing figures of every job", "/api/v1/operators/jobs", true),
        ("job-runs.json", "The 200 newest runs", "/api/v1/operators/job-runs?limit=200", true),
        ("flags.json", "Every switch as the app reads it", "/api/v1/operators/flags", true),
        ("banner.json", "The incident banner", "/api/v1/operators/banner", true),
        ("fulfillment.json", "Totals, last failure and last dead letter of the worker", "/api/v1/fulfillment/observability", true),
        ("dead-letters.json", "Tasks that were given up", "/api/v1/operators/fulfillment/dead-letters", true),
        ("payments.json", "Checkout and webhook figures", "/api/v1/payments/observability", true),
        ("catalog-search.json", "Catalogue searches", "/api/v1/observability/catalog-search", true),
        ("key-use.json", "Which keys were used, and attempts that were refused", "/api/v1/operators/keys/review", true),
    ];

    internal static async Task CollectAsync(ApiClient api, SnapshotCollection collection, CancellationToken cancellationToken)
    {
        foreach (var (file, what, path, _) in Answers)
        {
            var content = await collection.TakeBytesAsync(
                file, what, Source, () => api.ReadAsync(HttpMethod.Get, path, null, cancellationToken), cancellationToken);
            Note(file, content, collection.Index);
        }

        await collection.TakeBytesAsync(
            "providers.json",
            "Health of the grocery providers",
            Source,
            () => api.ReadAsync(
                HttpMethod.Post, "/functions/v1/loopgpt_route_order", new { action = "health_check" }, cancellationToken),
            cancellationToken);
    }

    private static void Note(string file, byte[]? content, SnapshotIndex index)
    {
        if (content is null || file is not ("readiness.json" or "flags.json" or "banner.json" or "job-runs.json"))
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(content);
            SnapshotFacts.Note(file, document.RootElement, index);
        }
        catch (JsonException)
        {
            index.AddFact($"{file} is not JSON; something else than the app may have answered.");
        }
    }
}
