using Microsoft.Extensions.Logging;

namespace Smplat.Core.Fulfillment;

/// <summary>Log events of fulfillment, 6000 to 6099.</summary>
internal static partial class FulfillmentLog
{
    // The event name is a contract: deployments search for it to find a worker that was disabled by mistake.
    [LoggerMessage(6000, LogLevel.Warning, "Fulfillment worker is disabled: {Reason}", EventName = "fulfillment_worker_disabled")]
    internal static partial void WorkerDisabled(ILogger logger, string reason);

    [LoggerMessage(6001, LogLevel.Information, "Fulfillment worker is enabled: every {PollIntervalSeconds} s, batches of {BatchSize}", EventName = "fulfillment_worker_enabled")]
    internal static partial void WorkerEnabled(ILogger logger, int pollIntervalSeconds, int batchSize);

    [LoggerMessage(6002, LogLevel.Warning, "Task {TaskId} ({TaskType}) failed at attempt {Attempt} and is retried in {DelaySeconds} s: {Problem}")]
    internal static partial void Retried(
        ILogger logger, Guid taskId, string taskType, int attempt, double delaySeconds, string problem);

    [LoggerMessage(6003, LogLevel.Error, "Task {TaskId} ({TaskType}) of order item {OrderItemId} is a dead letter after attempt {Attempt}: {Problem}")]
    internal static partial void DeadLettered(
        ILogger logger, Guid taskId, string taskType, Guid orderItemId, int attempt, string problem);

    [LoggerMessage(6004, LogLevel.Warning, "Task {TaskId} was taken over from a worker that stopped responding (takeover {Rescues}, now {Status})")]
    internal static partial void Rescued(ILogger logger, Guid taskId, int rescues, string status);

    [LoggerMessage(6005, LogLevel.Warning, "The result of task {TaskId}, attempt {Attempt}, arrived after its lease was lost and is dropped")]
    internal static partial void LateResult(ILogger logger, Guid taskId, int attempt);

    [LoggerMessage(6006, LogLevel.Warning, "Failed to renew leases: {Problem}")]
    internal static partial void RenewalFailed(ILogger logger, string problem);

    [LoggerMessage(6007, LogLevel.Information, "Stopping: giving back {Count} tasks")]
    internal static partial void GivenBack(ILogger logger, int count);

    [LoggerMessage(6008, LogLevel.Error, "The fulfillment loop failed: {Problem}")]
    internal static partial void LoopFailed(ILogger logger, string problem, Exception exception);

    [LoggerMessage(6013, LogLevel.Warning, "The database refused the outcome of task {TaskId}; it is recorded without its text: {Problem}")]
    internal static partial void OutcomeRefused(ILogger logger, Guid taskId, string problem);

    [LoggerMessage(6014, LogLevel.Error, "No outcome of task {TaskId} can be recorded; its lease expires, which counts as a takeover: {Problem}")]
    internal static partial void OutcomeLost(ILogger logger, Guid taskId, string problem, Exception exception);

    [LoggerMessage(6015, LogLevel.Error, "The roll-up of {Count} orders was refused; several are then rolled up one by one: {Problem}")]
    internal static partial void RollupRefused(ILogger logger, int count, string problem, Exception exception);

    [LoggerMessage(6010, LogLevel.Information, "Order {OrderId} kicked off with {TaskCount} tasks and {ProviderOrderCount} provider orders")]
    internal static partial void KickedOff(ILogger logger, Guid orderId, int taskCount, int providerOrderCount);

    [LoggerMessage(6011, LogLevel.Warning, "Order {OrderId} not kicked off: {Why}")]
    internal static partial void KickoffSkipped(ILogger logger, Guid orderId, string why);

    [LoggerMessage(6012, LogLevel.Warning, "Entry {Index} of the task plan of product {Product} is skipped: {Why}")]
    internal static partial void PlanEntrySkipped(ILogger logger, int index, string product, string why);

    [LoggerMessage(6020, LogLevel.Information, "Dead letter {TaskId}: {Action} by {Actor}")]
    internal static partial void DeadLetterHandled(ILogger logger, Guid taskId, string action, string actor);

    [LoggerMessage(6030, LogLevel.Warning, "Provider order {ProviderOrderId} could not be placed at {Provider}: {Problem}")]
    internal static partial void ProviderOrderFailed(ILogger logger, Guid providerOrderId, string provider, string problem);

    [LoggerMessage(6040, LogLevel.Warning, "Circuit of {Host} open for {Seconds} s; its tasks wait")]
    internal static partial void HostPaused(ILogger logger, string host, double seconds);

    [LoggerMessage(6041, LogLevel.Information, "Circuit of {Host} closed again")]
    internal static partial void HostResumed(ILogger logger, string host);

    [LoggerMessage(6042, LogLevel.Debug, "Task {TaskId} waits for {Seconds} s: {Why}")]
    internal static partial void Postponed(ILogger logger, Guid taskId, double seconds, string why);
}
