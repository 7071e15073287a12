using Smplat.Core.Fulfillment;

namespace Smplat.Functions.Ops;

/// <summary>Decisions on dead letters, by the same desk as the routes and the command line.</summary>
public sealed class QueueActions(DeadLetterOperations desk)
{
    public async Task<OpsNotice> ReplayAsync(string taskId, OpsForm form, CancellationToken cancellationToken)
    {
        var command = form.Read(HandleDeadLetter.Read);
        return Guid.TryParse(taskId, out var id)
            ? Tell(await desk.ReplayAsync(id, command, cancellationToken), "is on its way again")
            : OpsNotice.From(new DeadLetterNotFound());
    }

    public async Task<OpsNotice> DiscardAsync(string taskId, OpsForm form, CancellationToken cancellationToken)
    {
        var command = form.Read(HandleDeadLetter.Read);
        return Guid.TryParse(taskId, out var id)
            ? Tell(await desk.DiscardAsync(id, command, cancellationToken), "was let go")
            : OpsNotice.From(new DeadLetterNotFound());
    }

    public async Task<OpsNotice> RedriveAsync(OpsForm form, CancellationToken cancellationToken)
    {
        var report = await desk.RedriveAsync(form.Read(RedriveDeadLetters.Read), cancellationToken);
        return OpsNotice.Good($"{OpsText.Count(report.Replayed)} tasks are on their way again, {OpsText.Count(report.Remaining)} that match remain.");
    }

    private static OpsNotice Tell(DeadLetterOutcome outcome, string what) => outcome switch
    {
        DeadLetterOutcome.Done { Held: true } done => OpsNotice.Warn($"Task {done.TaskId} {what}, but waits until its order goes on (order {done.OrderStatus})."),
        DeadLetterOutcome.Done done => OpsNotice.Good($"Task {done.TaskId} {what}; its order is {done.OrderStatus}."),
        DeadLetterOutcome.Refused refused => OpsNotice.From(refused.Refusal),
        _ => throw new InvalidOperationException($"No notice for {outcome}."),
    };
}
