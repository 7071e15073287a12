using System.Collections.Concurrent;
using Smplat.Core.Fulfillment;

namespace Smplat.Tests.Fulfillment;

/// <summary>A gateway that does what a test says, and records the tasks it received.</summary>
internal sealed class ScriptedGateway(Func<ClaimedTask, CancellationToken, Task<ExecutionOutcome>> act) : ITaskGateway
{
    public ScriptedGateway(Func<ClaimedTask, ExecutionOutcome> act)
        : this((task, _) => Task.FromResult(act(task)))
    {
    }

    public ScriptedGateway()
        : this(_ => new ExecutionOutcome.Succeeded("""{"status":"done"}"""))
    {
    }

    public ConcurrentQueue<ClaimedTask> Seen { get; } = new();

    public static ScriptedGateway Failing(string error = "boom", bool isPermanent = false, TimeSpan? retryAfter = null) =>
        new(_ => new ExecutionOutcome.Failed(error, isPermanent, retryAfter));

    public Task<ExecutionOutcome> ExecuteAsync(ClaimedTask task, CancellationToken cancellationToken)
    {
        Seen.Enqueue(task);
        return act(task, cancellationToken);
    }
}
