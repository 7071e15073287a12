using Smplat.Core.Billing;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Runs of the hosted recovery as a table.</summary>
internal static class HostedRunTable
{
    internal static Markup Of(IReadOnlyList<HostedRecoveryRun> runs, DateTimeOffset now) => OpsParts.Table(
        "Runs of the hosted recovery, newest first",
        ["Started", "Result", "#Scheduled", "#Notified", "Triggered by", "Error"],
        runs.Select(run => (Markup[])
        [
            OpsText.Time(run.StartedAt, now),
            OpsParts.Chip(run.Status switch { "completed" => "good", "running" => "calm", _ => "bad" }, run.Status),
            Markup.Of($"{OpsText.Count(run.ScheduledCount)}"),
            Markup.Of($"{OpsText.Count(run.NotifiedCount)}"),
            Markup.Of($"{run.TriggeredBy}"),
            Markup.Of($"{run.ErrorMessage ?? OpsText.Unknown}"),
        ]),
        "The recovery has not run yet.");
}
