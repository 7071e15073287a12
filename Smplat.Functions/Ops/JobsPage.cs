using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Jobs;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The jobs: all of them, one of them, and their runs.</summary>
public sealed class JobsPage(JobRegistry catalog, JobGate gate, JobQueries ledger, IJobTimers timers, IOptionsMonitor<OpsPageOptions> options)
{
    private const int RecentRuns = 30;
    private const int RunsOfJob = 100;

    /// <param name="jobId">As given in the address; only a valid job name becomes part of a path.</param>
    public static string PathOf(string jobId) => OpsPath.Read($"/ops/jobs/{jobId}");

    public Task<OpsPage> ShowAllAsync(OpsRequest request, CancellationToken cancellationToken) => OpsPage.OfAsync(
        "Jobs",
        OpsSection.Jobs,
        Markup.Empty,
        OpsPanel.ReadAsync("All jobs", token => ListAsync(request, token), cancellationToken, isWide: true),
        OpsPanel.ReadAsync(
            "Recent runs",
            async token => JobRunTable.Of(await ledger.ListRunsAsync(null, RecentRuns, token), request.Now, withJob: true, options.CurrentValue.TraceUrl),
            cancellationToken,
            isWide: true));

    public async Task<OpsPage> ShowOneAsync(OpsRequest request, string jobId, CancellationToken cancellationToken)
    {
        if (catalog.Find(jobId) is not { } job)
        {
            return OpsPage.NotFound(OpsSection.Jobs, "There is no such job.");
        }

        return await OpsPage.OfAsync(
            job.Definition.Id,
            OpsSection.Jobs,
            Markup.Of($"""<p class="lead">{job.Definition.Purpose} <a href="/ops/jobs">All jobs</a></p>"""),
            OpsPanel.ReadAsync("State", token => StateAsync(job, request, token), cancellationToken),
            OpsPanel.Of("Run it", Controls(job, request)),
            OpsPanel.ReadAsync(
                "History",
                async token => JobRunTable.Of(await ledger.ListRunsAsync(jobId, RunsOfJob, token), request.Now, withJob: false, options.CurrentValue.TraceUrl),
                cancellationToken,
                isWide: true));
    }

    private async Task<Markup> ListAsync(OpsRequest request, CancellationToken cancellationToken)
    {
        var states = (await ledger.ListStatesAsync(cancellationToken)).ToDictionary(state => state.JobId);
        return OpsParts.Table(
            "All jobs",
            ["Job", "State", "Schedule", "Next run", "Last success", "#Runs", "#Failed", "Last error", ""],
            catalog.All.OrderByDescending(job => JobBadge.Urgency(states.GetValueOrDefault(job.Definition.Id)))
                .ThenBy(job => job.Definition.Id, StringComparer.Ordinal)
                .Select(job => Row(job, states.GetValueOrDefault(job.Definition.Id), request)),
            "This app has no jobs.");
    }

    private Markup[] Row(IJob job, JobState? state, OpsRequest request)
    {
        var id = job.Definition.Id;
        var (tone, word) = JobBadge.Of(gate.IsOpenFor(job), state, request.Now);
        return
        [
            Markup.Of($"""<a href="/ops/jobs/{id}">{id}</a> <small>{job.Definition.Purpose}</small>"""),
            OpsParts.Chip(tone, word),
            Markup.Of($"{ScheduleText.Describe(timers.Find(id)?.Schedule)}"),
            Next(job, state, request),
            OpsText.Time(state?.LastSuccessAt, request.Now),
            Markup.Of($"{OpsText.Count(state?.Runs ?? 0)}"),
            Markup.Of($"{OpsText.Count(state?.RunFailures ?? 0)}"),
            state?.LastError is { } error
                ? Markup.Of($"""<span class="error">{error}</span> <small>{OpsText.Time(state.LastErrorAt, request.Now)}</small>""")
                : Markup.Of($"{OpsText.Unknown}"),
            gate.IsOpenFor(job) ? OpsForms.Button(request, $"/ops/jobs/{id}/run", "Run now", id) : Markup.Empty,
        ];
    }

    /// <summary>When the job runs next without an operator: its next attempt, or the next time of its schedule.</summary>
    private Markup Next(IJob job, JobState? state, OpsRequest request) => (timers.Find(job.Definition.Id), state?.NextAttemptAt) switch
    {
        _ when !gate.IsOpenFor(job) => Markup.Of($"not while its switch is off"),
        (_, { } retry) when retry > request.Now => Markup.Of($"{OpsText.Time(retry, request.Now)} <small>retry</small>"),
        (null, _) => Markup.Of($"only manually"),
        ({ Obstacle: { } obstacle }, _) => Markup.Of($"""<span class="error">never: {obstacle}</span>"""),
        ({ } timer, _) => OpsText.Time(timer.NextAfter(request.Now), request.Now),
    };

    private static Markup Schedule(JobTimer? timer) => timer is null
        ? Markup.Of($"no timer runs it")
        : Markup.Of($"{ScheduleText.Describe(timer.Schedule)} <small><code>{timer.Schedule}</code> in setting <code>{timer.Setting}</code></small>");

    private async Task<Markup> StateAsync(IJob job, OpsRequest request, CancellationToken cancellationToken)
    {
        var state = (await ledger.ListStatesAsync(cancellationToken)).FirstOrDefault(found => found.JobId == job.Definition.Id);
        var (tone, word) = JobBadge.Of(gate.IsOpenFor(job), state, request.Now);
        return OpsParts.Facts(
            ("State", OpsParts.Chip(tone, word)),
            ("Schedule", Schedule(timers.Find(job.Definition.Id))),
            ("Next run", Next(job, state, request)),
            ("Timer", Markup.Of($"{(gate.IsOpenFor(job) ? $"runs it at most every {OpsText.Span(job.Spacing)}" : "is switched off")}")),
            ("Last tick", OpsText.Time(state?.LastTickAt, request.Now)),
            ("Last success", OpsText.Time(state?.LastSuccessAt, request.Now)),
            ("Runs", Markup.Of($"{OpsText.Count(state?.Runs ?? 0)}, of which {OpsText.Count(state?.Success ?? 0)} succeeded")),
            ("Failures", Markup.Of(
                $"{OpsText.Count(state?.RunFailures ?? 0)} runs, {OpsText.Count(state?.AttemptFailures ?? 0)} attempts; the last {state?.ConsecutiveRunFailures ?? 0} runs in a row")),
            ("Attempts", Markup.Of($"up to {job.Definition.MaxAttempts} per run; next {OpsText.Time(state?.NextAttemptAt, request.Now)}")),
            ("Held by", Markup.Of($"{state?.LockedBy ?? OpsText.Unknown}")),
            ("Last error", Markup.Of($"{state?.LastError ?? OpsText.Unknown}")));
    }

    private Markup Controls(IJob job, OpsRequest request)
    {
        var id = job.Definition.Id;
        if (!gate.IsOpenFor(job))
        {
            return Markup.Of(
                $"""
                {OpsParts.Hint("The job's switch is off. You can still run it once manually.")}
                {OpsForms.Button(request, $"/ops/jobs/{id}/run", "Run once", id, OpsForms.Hidden("even_if_disabled", "true"))}
                """);
        }

        return Markup.Of(
            $"""
            {OpsParts.Hint("If the job is already running, nothing happens.")}
            {OpsForms.Button(request, $"/ops/jobs/{id}/run", "Run now", id)}
            {OpsParts.Hint("For a stuck job: releases its lock, clears its error and runs it.")}
            {OpsForms.Button(request, $"/ops/jobs/{id}/restart", "Restart", id)}
            """);
    }
}

/// <summary>The state of a job as a word and its color.</summary>
internal static class JobBadge
{
    internal static (string Tone, string Word) Of(bool isEnabled, JobState? state, DateTimeOffset now) => state switch
    {
        { LockedUntil: { } until } when until > now => ("calm", "running"),
        _ when !isEnabled => ("off", "off"),
        null or { LastStartedAt: null } => ("off", "never run"),
        { ConsecutiveRunFailures: > 0 } => ("bad", "failing"),
        { NextAttemptAt: not null } => ("warn", "retrying"),
        _ => ("good", "ok"),
    };

    /// <summary>Failing jobs come first: failed runs before failed attempts.</summary>
    internal static int Urgency(JobState? state) => state switch
    {
        { ConsecutiveRunFailures: > 0 } => 2,
        { ConsecutiveFailures: > 0 } => 1,
        _ => 0,
    };

    internal static string ToneOf(string status) => status switch
    {
        "completed" => "good",
        "retrying" => "warn",
        _ => "bad",
    };
}

/// <summary>A table of job runs.</summary>
internal static class JobRunTable
{
    internal static Markup Of(IReadOnlyList<JobRunRow> runs, DateTimeOffset now, bool withJob, string? traceUrl) => OpsParts.Table(
        "Runs, newest first",
        [.. withJob ? (string[])["Job"] : [], "Started", "Result", "#Attempt", "Took", "Triggered by", "What it did", "Trace"],
        runs.Select(run => Cells(run, now, withJob, traceUrl)),
        "No runs are recorded. Runs that found nothing to do are not kept; run a job now to see what it finds.");

    private static Markup[] Cells(JobRunRow run, DateTimeOffset now, bool withJob, string? traceUrl) =>
    [
        .. withJob ? (Markup[])[Markup.Of($"""<a href="/ops/jobs/{run.JobId}">{run.JobId}</a>""")] : [],
        OpsText.Time(run.StartedAt, now),
        OpsParts.Chip(JobBadge.ToneOf(run.Status), run.Status),
        Markup.Of($"{run.Attempt}"),
        Markup.Of($"{(run.CompletedAt is { } end ? OpsText.Span(end - run.StartedAt) : OpsText.Unknown)}"),
        Markup.Of($"{run.TriggeredBy}"),
        run.Error is { } error ? Markup.Of($"""<span class="error">{error}</span>""") : Markup.Of($"{OpsText.Facts(run.Summary)}"),
        run.TraceId is { } trace ? TraceLink.For(trace, traceUrl) : Markup.Of($"{OpsText.Unknown}"),
    ];
}

/// <summary>Runs jobs with the same runner as timers and the command line; the run records the operator key.</summary>
public sealed class JobActions(JobRunner runner)
{
    public async Task<OpsNotice> RunAsync(string jobId, OpsRequest request, OpsForm form, CancellationToken cancellationToken)
    {
        var command = form.With("triggered_by", request.Actor).Read(RunJobCommand.Read);
        return NoticeOf(jobId, await runner.RunNowAsync(jobId, command.TriggeredBy, command.EvenIfDisabled, cancellationToken));
    }

    public async Task<OpsNotice> RestartAsync(string jobId, OpsRequest request, CancellationToken cancellationToken) =>
        NoticeOf(jobId, await runner.RestartAsync(jobId, request.Actor, cancellationToken));

    private static OpsNotice NoticeOf(string jobId, JobOutcome outcome) => outcome switch
    {
        JobOutcome.Completed { Report: var report } => OpsNotice.Good($"{jobId} ran: {OpsText.Facts(JsonSerializer.Serialize(report.Summary))}."),
        JobOutcome.Failed { NextAttemptAt: { } next } failed => OpsNotice.Warn($"{jobId} failed and will be retried at {OpsText.Utc(next)}: {failed.Error}"),
        JobOutcome.Failed failed => OpsNotice.Warn($"{jobId} failed: {failed.Error}"),
        JobOutcome.Skipped { Reason: SkipReason.Disabled } => OpsNotice.Refused(
            StatusCodes.Status409Conflict, $"The switch of {jobId} is off. You can still run it once from its own page."),
        JobOutcome.Skipped => OpsNotice.Refused(
            StatusCodes.Status409Conflict, $"{jobId} is running or waiting for its next attempt. Use Restart to take it over."),
        JobOutcome.Unknown => OpsNotice.Refused(StatusCodes.Status404NotFound, "There is no such job."),
        _ => throw new InvalidOperationException($"No notice for {outcome}."),
    };
}

/// <summary>Schedules in words.</summary>
public static class ScheduleText
{
    private static readonly string[] Days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    /// <param name="schedule">A cron expression with seconds, or a time span; other forms are returned as they are.</param>
    public static string Describe(string? schedule) => schedule?.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
    {
        null or [] => OpsText.Unknown,
        [var span] when TimeSpan.TryParse(span, CultureInfo.InvariantCulture, out var interval) => $"every {OpsText.Span(interval)}",
        [['*', '/', .. var seconds], "*", "*", "*", "*", "*"] => $"every {seconds} seconds",
        [_, "*", "*", "*", "*", "*"] or [_, "*/1", "*", "*", "*", "*"] => "every minute",
        [_, ['*', '/', .. var minutes], "*", "*", "*", "*"] => $"every {minutes} minutes",
        [_, var minute, "*", "*", "*", "*"] when int.TryParse(minute, out var at) => $"every hour at minute {at}",
        [_, var minute, ['*', '/', .. var hours], "*", "*", "*"] when int.TryParse(minute, out var at) => $"every {hours} hours at minute {at}",
        [_, var minute, var hour, "*", "*", "*"] when Clock(hour, minute) is { } time => $"every day at {time}",
        [_, var minute, var hour, "*", "*", var day] when Clock(hour, minute) is { } time && Day(day) is { } name => $"every {name} at {time}",
        _ => schedule,
    };

    private static string? Clock(string hour, string minute) =>
        int.TryParse(hour, out var h) && int.TryParse(minute, out var m) ? string.Create(CultureInfo.InvariantCulture, $"{h:00}:{m:00}") : null;

    private static string? Day(string day) => int.TryParse(day, out var number) && number is >= 0 and <= 7
        ? Days[number % 7]
        : Array.Find(Days, name => name.StartsWith(day, StringComparison.OrdinalIgnoreCase));
}
