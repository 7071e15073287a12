namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Commits that the receiver may have the message from now on. A gateway calls it once, just before the step by which the
/// receiver can accept; false means that the message belongs to another sender and must not be handed over.
/// </summary>
public delegate Task<bool> HandoverMark(CancellationToken cancellationToken);
