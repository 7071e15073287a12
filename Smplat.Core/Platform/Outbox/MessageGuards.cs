namespace Smplat.Core.Platform.Outbox;

/// <summary>The features' last objections to messages of their kinds.</summary>
public sealed class MessageGuards(IEnumerable<IMessageGuard> guards)
{
    private readonly Dictionary<string, IMessageGuard> _guards = guards.ToDictionary(guard => guard.Kind);

    public async Task<string?> ObjectAsync(OutboxDelivery delivery, CancellationToken cancellationToken) =>
        _guards.TryGetValue(delivery.Kind, out var guard) ? await guard.ObjectAsync(delivery, cancellationToken) : null;
}
