using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Benchmarks.Routing;

/// <summary>How long it takes to make stored decisions again with other weights, reading them included.</summary>
internal static class ReplayMeasurement
{
    public static async Task PrintAsync(string connection, long decisions, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connection);
        await ReplayDecisionStore.AddAsync(database, decisions, cancellationToken);
        var (store, now) = (new EdgeLogStore(database), TimeProvider.System.GetUtcNow());
        var tally = new DecisionReplay(ScoreWeights.Default with { Price = 0.5m, Margin = 0.1m }, ScoreRule.Canonical);
        var start = Stopwatch.GetTimestamp();
        await foreach (var decision in store.ReadDecisionsAsync(now.AddDays(-1), now, cancellationToken))
        {
            tally.Add(decision.Decision);
            if (tally.Decisions == decisions)
            {
                break;
            }
        }

        var took = Stopwatch.GetElapsedTime(start);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"replay: {tally.Decisions:N0} decisions in {took.TotalSeconds:F1} s, {tally.Decisions / took.TotalSeconds:N0}/s, {tally.Changed:N0} would go elsewhere"));
    }
}
