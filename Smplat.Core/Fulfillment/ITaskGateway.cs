namespace Smplat.Core.Fulfillment;

/// <summary>The outside world in which tasks take effect.</summary>
public interface ITaskGateway
{
    /// <summary>
    /// Carries a task out. A failure is an outcome, not an exception; an exception counts as a failure that may pass.
    /// It may be asked for the same task again and must then have no second effect: calls carry the task's id as key.
    /// </summary>
    Task<ExecutionOutcome> ExecuteAsync(ClaimedTask task, CancellationToken cancellationToken);
}
