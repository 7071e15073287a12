using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Keeps what came back. A hard bounce or a complaint blocks the address at once, soft bounces when they add up; messages
/// to a blocked address are suppressed.
/// </summary>
public sealed class BounceRecords(
    BounceStore store, IOptionsMonitor<NotificationOptions> options, TimeProvider clock, ILogger<BounceRecords> logger)
{
    private static readonly TimeSpan SoftWindow = TimeSpan.FromDays(30);

    /// <param name="source">Who says so: <c>smtp</c>, or the operator route.</param>
    /// <returns>True when mail no longer goes to the address.</returns>
    public async Task<bool> RecordAsync(RecordBounce bounce, string source, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var at = bounce.OccurredAt is { } told && told < now ? told : now;
        var clean = bounce with
        {
            Address = Key(bounce.Address),
            Reason = bounce.Reason is { } reason ? Redaction.Redact(reason) : null,
        };
        var isBlocked = await store.RecordAsync(
            clean, source, at, now - SoftWindow, options.CurrentValue.SoftBounceLimit, cancellationToken);
        NotificationLog.BounceRecorded(logger, bounce.Kind, isBlocked, source);
        return isBlocked;
    }

    /// <summary>Lets mail go to the address again.</summary>
    public Task<bool> UnblockAsync(string address, CancellationToken cancellationToken) =>
        store.UnblockAsync(Key(address), cancellationToken);

    /// <summary>The form under which an address is blocked: both spellings of an internationalized domain are one address.</summary>
    public static string Key(string address) => Mailbox.Normalize(address) ?? address;
}
