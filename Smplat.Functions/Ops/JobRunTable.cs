using Smplat.Core.Platform.Jobs;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Runs of the ledger as a table.</summary>
internal static class JobRunTable
{
    internal static Markup Of(IReadOnlyList<JobRunRow> runs, DateTimeOffset now, bool withJob) => OpsParts.Table(
        "Runs, newest first",
        [.. withJob ? (string[])["Job"] : [], "Started", "Result", "#Attempt", "Took", "Triggered by", "Summary or error", "Trace"],
        runs.Select(run => Cells(run, now, withJob)),
        "The ledger holds no run. Idle runs are not kept.");

    private static Markup[] Cells(JobRunRow run, DateTimeOffset now, bool withJob) =>
    [
        .. withJob ? (Markup[])[Markup.Of($"""<a href="/ops/jobs/{run.JobId}">{run.JobId}</a>""")] : [],
        OpsText.Time(run.StartedAt, now),
        OpsParts.Chip(JobStatus.ToneOf(run.Status), run.Status),
        Markup.Of($"{run.Attempt}"),
        Markup.Of($"{(run.CompletedAt is { } end ? OpsText.Span(end - run.StartedAt) : OpsText.Unknown)}"),
        Markup.Of($"{run.TriggeredBy}"),
        run.Error is { } error ? Markup.Of($"""<span class="error">{error}</span>""") : OpsParts.Code(run.Summary),
        run.TraceId is { } trace ? OpsParts.Code(trace) : Markup.Of($"{OpsText.Unknown}"),
    ];
}
