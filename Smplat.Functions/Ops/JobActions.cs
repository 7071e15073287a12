using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Ops;

/// <summary>Runs jobs by the runner that timers and the command line use; the ledger names the page and its key.</summary>
public sealed class JobActions(JobRunner runner)
{
    public async Task<OpsNotice> RunAsync(string jobId, OpsVisit visit, OpsForm form, CancellationToken cancellationToken)
    {
        var command = form.With("triggered_by", visit.Actor).Read(RunJobCommand.Read);
        return Tell(jobId, await runner.RunNowAsync(jobId, command.TriggeredBy, command.EvenIfDisabled, cancellationToken));
    }

    public async Task<OpsNotice> RestartAsync(string jobId, OpsVisit visit, CancellationToken cancellationToken) =>
        Tell(jobId, await runner.RestartAsync(jobId, visit.Actor, cancellationToken));

    private static OpsNotice Tell(string jobId, JobOutcome outcome) => outcome switch
    {
        JobOutcome.Completed { Report: var report } => OpsNotice.Good($"{jobId} ran: {JsonSerializer.Serialize(report.Summary)}"),
        JobOutcome.Failed { NextAttemptAt: { } next } failed => OpsNotice.Warn($"{jobId} failed and is tried again {OpsText.Utc(next)}: {failed.Error}"),
        JobOutcome.Failed failed => OpsNotice.Warn($"{jobId} failed: {failed.Error}"),
        JobOutcome.Skipped { Reason: SkipReason.Disabled } => OpsNotice.Refused(
            StatusCodes.Status409Conflict, $"The switch of {jobId} is off. Its own page can run it once all the same."),
        JobOutcome.Skipped => OpsNotice.Refused(
            StatusCodes.Status409Conflict, $"A run of {jobId} is under way or waits for its next attempt. Restart it to take it over."),
        JobOutcome.Unknown => OpsNotice.Refused(StatusCodes.Status404NotFound, "There is no such job."),
        _ => throw new InvalidOperationException($"No notice for {outcome}."),
    };
}
