using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Operators;

/// <summary>
/// Records which key was used for what. Uses are counted in memory and added to Postgres every five seconds and when the app
/// stops, off the request path; a SIGKILL loses the last seconds. Memory is bounded: there are few keys, scopes and outcomes,
/// and nothing that a caller sends becomes part of a record.
/// </summary>
public sealed partial class KeyUseLog(
    KeyUseStore store, MigrationGate migrations, TimeProvider clock, ILogger<KeyUseLog> logger)
    : WriteBehind(migrations, TimeSpan.FromSeconds(5), clock)
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock = clock;
    private Dictionary<KeyUseKey, KeyUseTally> _pending = [];

    public void Note(string keyName, string fingerprint, string scope, string outcome)
    {
        var now = _clock.GetUtcNow();
        var key = new KeyUseKey(DateOnly.FromDateTime(now.UtcDateTime), keyName, fingerprint, scope, outcome);
        lock (_gate)
        {
            ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(_pending, key, out _);
            tally = tally.And(new(1, now, now));
        }
    }

    /// <summary>Adds the pending uses to the table. On an outage they are kept for the next time and the exception is rethrown.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            Dictionary<KeyUseKey, KeyUseTally> taken;
            lock (_gate)
            {
                (taken, _pending) = (_pending, []);
            }

            try
            {
                await store.AddAsync(taken, cancellationToken);
            }
            catch
            {
                PutBack(taken);
                throw;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    public override void Dispose()
    {
        _writing.Dispose();
        base.Dispose();
    }

    protected override Task FlushAsync(CancellationToken cancellationToken) => WriteAsync(cancellationToken);

    protected override void Waits(string problem) => LogWaiting(logger, problem);

    private void PutBack(Dictionary<KeyUseKey, KeyUseTally> taken)
    {
        lock (_gate)
        {
            foreach (var (key, tally) in taken)
            {
                _pending[key] = _pending.GetValueOrDefault(key).And(tally);
            }
        }
    }

    [LoggerMessage(1321, LogLevel.Warning, "Failed to write key uses, will retry: {Problem}")]
    private static partial void LogWaiting(ILogger logger, string problem);
}

/// <summary>What uses of keys are grouped by.</summary>
/// <param name="KeyName">The name of the configured key, or <c>unknown</c>.</param>
/// <param name="Fingerprint">Distinguishes a key from its predecessor of the same name; empty for an unknown key.</param>
/// <param name="Scope"><c>storefront</c>, <c>metrics</c> or <c>operator</c>: the scope that the route requires.</param>
/// <param name="Outcome">One of <see cref="KeyUseOutcome"/>.</param>
public readonly record struct KeyUseKey(DateOnly Day, string KeyName, string Fingerprint, string Scope, string Outcome);

/// <summary>How often, and when first and last.</summary>
public readonly record struct KeyUseTally(long Uses, DateTimeOffset FirstUsedAt, DateTimeOffset LastUsedAt)
{
    public KeyUseTally And(KeyUseTally other) => Uses == 0 ? other : new(
        Uses + other.Uses,
        FirstUsedAt < other.FirstUsedAt ? FirstUsedAt : other.FirstUsedAt,
        LastUsedAt > other.LastUsedAt ? LastUsedAt : other.LastUsedAt);
}

/// <summary>The result of a request with a key, or without one.</summary>
public static class KeyUseOutcome
{
    public const string Opened = "opened";
    public const string WrongScope = "wrong_scope";
    public const string WrongKey = "wrong_key";
    public const string NoKey = "no_key";
    public const string NotConfigured = "not_configured";
}

/// <summary>Deletes old days of the key-use log, as part of the retention job.</summary>
internal sealed class KeyUseRetention(KeyUseStore store, IOptionsMonitor<KeyUseOptions> options) : IExpiringRows
{
    public string Name => "key_use";

    public Task<int> DeleteExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        store.DeleteBeforeAsync(DateOnly.FromDateTime(now.UtcDateTime).AddDays(-options.CurrentValue.RetentionDays), cancellationToken);
}
