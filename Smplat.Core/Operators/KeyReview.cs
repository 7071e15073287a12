namespace Smplat.Core.Operators;

/// <summary>The access review of now.</summary>
public sealed class KeyReview(KeyUseLog log, KeyUseStore store, TimeProvider clock)
{
    public const int MaxDays = 400;

    /// <param name="configured">The keys that the app accepts.</param>
    /// <param name="unusedDays">Days without use from which on a key counts as unused.</param>
    public async Task<KeyReviewReport> RunAsync(
        IReadOnlyList<ConfiguredKey> configured, int unusedDays, CancellationToken cancellationToken)
    {
        // What this instance has just seen belongs to it; the others are seconds behind.
        await log.FlushAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var since = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-unusedDays);
        return KeyReviewPolicy.Judge(
            configured,
            await store.SumAsync(since, cancellationToken),
            await store.FindFirstDayAsync(cancellationToken),
            since,
            unusedDays,
            now);
    }
}
