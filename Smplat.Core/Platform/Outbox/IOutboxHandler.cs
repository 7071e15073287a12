namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Takes the outbox's <c>internal</c> messages of one kind: how one feature reacts to another's committed change.
/// Register it with <c>services.AddOutboxHandler&lt;T&gt;()</c>.
/// </summary>
public interface IOutboxHandler
{
    /// <summary>The kind that this handler takes; one handler a kind.</summary>
    string Kind { get; }

    /// <summary>
    /// Does the work. It may be asked for the same message again after a crash, so it must be idempotent by the message's
    /// key; an exception means "try again later".
    /// </summary>
    Task HandleAsync(OutboxDelivery delivery, CancellationToken cancellationToken);
}
