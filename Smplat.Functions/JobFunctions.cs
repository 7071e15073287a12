using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Jobs;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>The scheduled jobs: state and runs, running one now, restarting one.</summary>
public sealed class JobFunctions(JobRegistry catalog, JobGate gate, JobQueries ledger, JobRunner runner)
{
    [Function("ListJobs")]
    [RequireKey(KeyScope.Operator)]
    [Operation("All jobs with their state and counters", Tag = "Operators")]
    [Answers(200, typeof(JobsAnswer), Naming.Snake)]
    public async Task<IResult> ListJobsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/jobs")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var states = (await ledger.ListStatesAsync(cancellationToken)).ToDictionary(state => state.JobId);
        return Answer.Snake(new JobsAnswer(
        [
            .. catalog.All
                .OrderBy(job => job.Definition.Id, StringComparer.Ordinal)
                .Select(job => JobAnswer.From(job, gate.IsOpenFor(job), states.GetValueOrDefault(job.Definition.Id))),
        ]));
    }

    [Function("ListJobRuns")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Runs of the ledger, newest first", Tag = "Operators")]
    [Query(typeof(ListJobRunsQuery))]
    [QueryParameter("job_id", "Only the runs of this job")]
    [QueryParameter("limit", "1 to 200, default 50")]
    [Answers(200, typeof(JobRunsAnswer), Naming.Snake)]
    public async Task<IResult> ListJobRunsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/job-runs")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(ListJobRunsQuery.Read);
        var rows = await ledger.ListRunsAsync(query.JobId, query.Limit, cancellationToken);
        return Answer.Snake(new JobRunsAnswer([.. rows.Select(JobRunAnswer.From)]));
    }

    [Function("RunJob")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Run a job now", Tag = "Operators")]
    [JsonBody(typeof(RunJobCommand), Example = """{"triggered_by":"manual"}""")]
    [Answers(200, typeof(JobOutcomeAnswer), Naming.Snake)]
    [Answers(404, "There is no such job")]
    [Answers(409, "Switched off, or a run is in progress")]
    public async Task<IResult> RunJobAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/jobs/{jobId}/run")] HttpRequest request,
        string jobId,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(RunJobCommand.Read, cancellationToken);
        return JobOutcomeAnswer.From(
            await runner.RunNowAsync(jobId, command.TriggeredBy, command.EvenIfDisabled, command.Arguments, cancellationToken));
    }

    [Function("RestartJob")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Take a job from its current owner, clear its error and run it", Tag = "Operators")]
    [JsonBody(typeof(RestartJobCommand), Example = """{"triggered_by":"on-call"}""")]
    [Answers(200, typeof(JobOutcomeAnswer), Naming.Snake)]
    [Answers(404, "There is no such job")]
    [Answers(409, "Switched off")]
    public async Task<IResult> RestartJobAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/jobs/{jobId}/restart")] HttpRequest request,
        string jobId,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(RestartJobCommand.Read, cancellationToken);
        return JobOutcomeAnswer.From(await runner.RestartAsync(jobId, command.TriggeredBy, cancellationToken));
    }
}

/// <param name="Limit">1 to 200, default 50.</param>
public sealed record ListJobRunsQuery(string? JobId, int Limit)
{
    public static ListJobRunsQuery Read(Fields fields) => new(
        fields.Text("job_id", 1, 100), fields.Integer("limit", 1, 200) ?? 50);
}

/// <param name="TriggeredBy">Who runs it, for the ledger. Default <c>manual</c>.</param>
/// <param name="EvenIfDisabled">Run a job whose switch is off.</param>
/// <param name="Arguments">Values for parameters of the job, in place of its settings.</param>
public sealed record RunJobCommand(string TriggeredBy, bool EvenIfDisabled, IReadOnlyDictionary<string, int> Arguments)
{
    public static RunJobCommand Read(Fields fields) => new(
        fields.Text("triggered_by", 1, 64) ?? "manual",
        fields.Flag("even_if_disabled") ?? false,
        JobParameter.All
            .Select(name => (Name: name, Value: fields.Integer(name, 1, 100_000)))
            .Where(argument => argument.Value is not null)
            .ToDictionary(argument => argument.Name, argument => argument.Value!.Value));
}

/// <param name="TriggeredBy">Who restarts it, for the ledger. Default <c>manual</c>.</param>
public sealed record RestartJobCommand(string TriggeredBy)
{
    public static RestartJobCommand Read(Fields fields) => new(fields.Text("triggered_by", 1, 64) ?? "manual");
}

/// <summary>A job with its settings and state.</summary>
/// <param name="State">Null until an instance has registered the job.</param>
public sealed record JobAnswer(
    string Id,
    string Purpose,
    bool Enabled,
    int MaxAttempts,
    double SpacingSeconds,
    JobState? State)
{
    public static JobAnswer From(IJob job, bool enabled, JobState? state) => new(
        job.Definition.Id,
        job.Definition.Purpose,
        enabled,
        job.Definition.MaxAttempts,
        job.Spacing.TotalSeconds,
        state);
}

/// <summary>All jobs of the app.</summary>
public sealed record JobsAnswer(IReadOnlyList<JobAnswer> Jobs);

/// <summary>A run in the ledger.</summary>
public sealed record JobRunAnswer
{
    public required Guid Id { get; init; }

    public required string JobId { get; init; }

    public required string TriggeredBy { get; init; }

    public required string Status { get; init; }

    public required int Attempt { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset? CompletedAt { get; init; }

    public required JsonElement Summary { get; init; }

    public required string? Error { get; init; }

    public required string? TraceId { get; init; }

    public static JobRunAnswer From(JobRunRow row) => new()
    {
        Id = row.Id,
        JobId = row.JobId,
        TriggeredBy = row.TriggeredBy,
        Status = row.Status,
        Attempt = row.Attempt,
        StartedAt = row.StartedAt,
        CompletedAt = row.CompletedAt,
        Summary = JsonSerializer.Deserialize<JsonElement>(row.Summary),
        Error = row.Error,
        TraceId = row.TraceId,
    };
}

/// <summary>Runs, newest first.</summary>
public sealed record JobRunsAnswer(IReadOnlyList<JobRunAnswer> Runs);

/// <summary>How a run that an operator asked for ended.</summary>
public sealed record JobOutcomeAnswer(
    string Status, Guid? RunId, IReadOnlyDictionary<string, object?>? Summary, string? Error, DateTimeOffset? NextAttemptAt)
{
    public static IResult From(JobOutcome outcome) => outcome switch
    {
        JobOutcome.Completed completed => Answer.Snake(
            new JobOutcomeAnswer("completed", completed.RunId, completed.Report.Summary, null, null)),
        JobOutcome.Failed failed => Answer.Snake(
            new JobOutcomeAnswer("failed", failed.RunId, null, failed.Error, failed.NextAttemptAt)),
        JobOutcome.Skipped { Reason: SkipReason.Disabled } => Answer.Detail(
            StatusCodes.Status409Conflict, "The job's switch is off. Turn it on, or send \"even_if_disabled\": true."),
        JobOutcome.Skipped => Answer.Detail(
            StatusCodes.Status409Conflict, "A run is under way or waits for its next attempt. Restart the job to take it over."),
        JobOutcome.BadArgument bad => throw new InvalidInputException([new(["body", bad.Name], bad.Message, "job_argument")]),
        JobOutcome.Unknown unknown => Answer.Detail(StatusCodes.Status404NotFound, $"There is no job \"{unknown.JobId}\"."),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };
}
