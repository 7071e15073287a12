using Smplat.Core.Platform.Jobs;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The job ledger: all jobs, one job, and their runs.</summary>
public sealed class JobsPage(JobRegistry catalog, JobGate gate, JobQueries ledger)
{
    private const int RecentRuns = 30;
    private const int RunsOfJob = 100;

    /// <param name="jobId">As it came with the address; only a name that a job could have gets into a path.</param>
    public static string PathOf(string jobId) => NextPath.Read($"/ops/jobs/{jobId}");

    public Task<OpsPage> ShowAllAsync(OpsVisit visit, CancellationToken cancellationToken) => OpsPage.OfAsync(
        "Jobs",
        OpsSection.Jobs,
        Markup.Empty,
        OpsPanel.ReadAsync("All jobs", token => ListAsync(visit, token), cancellationToken, isWide: true),
        OpsPanel.ReadAsync(
            "Recent runs",
            async token => JobRunTable.Of(await ledger.ListRunsAsync(null, RecentRuns, token), visit.Now, withJob: true),
            cancellationToken,
            isWide: true));

    public async Task<OpsPage> ShowOneAsync(OpsVisit visit, string jobId, CancellationToken cancellationToken)
    {
        if (catalog.Find(jobId) is not { } job)
        {
            return OpsPage.NotFound(OpsSection.Jobs, "There is no such job.");
        }

        return await OpsPage.OfAsync(
            job.Definition.Id,
            OpsSection.Jobs,
            Markup.Of($"""<p class="lead">{job.Definition.Purpose} <a href="/ops/jobs">All jobs</a></p>"""),
            OpsPanel.ReadAsync("Standing", token => StandingAsync(job, visit, token), cancellationToken),
            OpsPanel.Of("Run it", Controls(job, visit)),
            OpsPanel.ReadAsync(
                "History",
                async token => JobRunTable.Of(await ledger.ListRunsAsync(jobId, RunsOfJob, token), visit.Now, withJob: false),
                cancellationToken,
                isWide: true));
    }

    private async Task<Markup> ListAsync(OpsVisit visit, CancellationToken cancellationToken)
    {
        var states = (await ledger.ListStatesAsync(cancellationToken)).ToDictionary(state => state.JobId);
        return OpsParts.Table(
            "All jobs",
            ["Job", "State", "Last success", "#Runs", "#Failed", "Last error", ""],
            catalog.All.OrderByDescending(job => JobStatus.Urgency(states.GetValueOrDefault(job.Definition.Id)))
                .ThenBy(job => job.Definition.Id, StringComparer.Ordinal)
                .Select(job => Row(job, states.GetValueOrDefault(job.Definition.Id), visit)),
            "This app has no jobs.");
    }

    private Markup[] Row(IJob job, JobState? state, OpsVisit visit)
    {
        var id = job.Definition.Id;
        var (tone, word) = JobStatus.Of(gate.IsOpenFor(job), state, visit.Now);
        return
        [
            Markup.Of($"""<a href="/ops/jobs/{id}">{id}</a> <small>{job.Definition.Purpose}</small>"""),
            OpsParts.Chip(tone, word),
            OpsText.Time(state?.LastSuccessAt, visit.Now),
            Markup.Of($"{OpsText.Count(state?.Runs ?? 0)}"),
            Markup.Of($"{OpsText.Count(state?.RunFailures ?? 0)}"),
            state?.LastError is { } error
                ? Markup.Of($"""<span class="error">{error}</span> <small>{OpsText.Time(state.LastErrorAt, visit.Now)}</small>""")
                : Markup.Of($"{OpsText.Unknown}"),
            gate.IsOpenFor(job) ? OpsForms.Button(visit, $"/ops/jobs/{id}/run", "Run now", id) : Markup.Empty,
        ];
    }

    private async Task<Markup> StandingAsync(IJob job, OpsVisit visit, CancellationToken cancellationToken)
    {
        var state = (await ledger.ListStatesAsync(cancellationToken)).FirstOrDefault(found => found.JobId == job.Definition.Id);
        var (tone, word) = JobStatus.Of(gate.IsOpenFor(job), state, visit.Now);
        return OpsParts.Facts(
            ("State", OpsParts.Chip(tone, word)),
            ("Timer", Markup.Of($"{(gate.IsOpenFor(job) ? $"runs it at most every {OpsText.Span(job.Spacing)}" : "is switched off")}")),
            ("Last tick", OpsText.Time(state?.LastTickAt, visit.Now)),
            ("Last success", OpsText.Time(state?.LastSuccessAt, visit.Now)),
            ("Runs", Markup.Of($"{OpsText.Count(state?.Runs ?? 0)}, of which {OpsText.Count(state?.Success ?? 0)} succeeded")),
            ("Failures", Markup.Of(
                $"{OpsText.Count(state?.RunFailures ?? 0)} runs, {OpsText.Count(state?.AttemptFailures ?? 0)} attempts; {state?.ConsecutiveRunFailures ?? 0} runs in a row now")),
            ("Attempts", Markup.Of($"up to {job.Definition.MaxAttempts} a run; next {OpsText.Time(state?.NextAttemptAt, visit.Now)}")),
            ("Held by", Markup.Of($"{state?.LockedBy ?? OpsText.Unknown}")),
            ("Last error", Markup.Of($"{state?.LastError ?? OpsText.Unknown}")));
    }

    private Markup Controls(IJob job, OpsVisit visit)
    {
        var id = job.Definition.Id;
        if (!gate.IsOpenFor(job))
        {
            return Markup.Of(
                $"""
                {OpsParts.Hint("The job's switch is off. It can be run once by hand all the same.")}
                {OpsForms.Button(visit, $"/ops/jobs/{id}/run", "Run once", id, OpsForms.Hidden("even_if_disabled", "true"))}
                """);
        }

        return Markup.Of(
            $"""
            {OpsParts.Hint("A run under way is not disturbed.")}
            {OpsForms.Button(visit, $"/ops/jobs/{id}/run", "Run now", id)}
            {OpsParts.Hint("For a worker that is stuck: takes the job from whoever holds it, clears its error and runs it.")}
            {OpsForms.Button(visit, $"/ops/jobs/{id}/restart", "Restart", id)}
            """);
    }
}
