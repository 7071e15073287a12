using System.Text.Json;
using System.Text.Json.Nodes;

namespace Smplat.Core.Fulfillment;

/// <summary>Chooses how a task is carried out: by its own description, or by its type.</summary>
public sealed class TaskExecutor(ConfiguredExecution configured, BuiltInExecution builtIn) : ITaskGateway
{
    public Task<ExecutionOutcome> ExecuteAsync(ClaimedTask task, CancellationToken cancellationToken)
    {
        JsonObject payload;
        try
        {
            payload = task.Payload is null ? [] : JsonNode.Parse(task.Payload) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return Task.FromResult<ExecutionOutcome>(new ExecutionOutcome.Failed("The payload is nested too deeply.", IsPermanent: true));
        }

        return payload["execution"] is JsonObject { Count: > 0 } execution
            ? configured.ExecuteAsync(task, payload, execution, cancellationToken)
            : builtIn.ExecuteAsync(task, payload, cancellationToken);
    }
}
