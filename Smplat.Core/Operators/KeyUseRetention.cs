using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Operators;

/// <summary>Lets old days of the key-use log go, as part of the retention job.</summary>
public sealed class KeyUseRetention(KeyUseStore store, IOptionsMonitor<KeyUseOptions> options) : IExpiringRows
{
    public string Name => "key_use";

    public Task<int> DeleteExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        store.DeleteBeforeAsync(DateOnly.FromDateTime(now.UtcDateTime).AddDays(-options.CurrentValue.RetentionDays), cancellationToken);
}
