namespace Smplat.Core.Platform.Database;

/// <summary>A token that Postgres takes in place of a password.</summary>
public sealed record DatabaseToken(string Text, DateTimeOffset ExpiresAt);

/// <summary>Where tokens for Postgres come from: the app's managed identity, or the operator's own login at the command line.</summary>
public interface IDatabaseTokenSource
{
    /// <summary>Fetches a new token. What it throws fails the connection that wanted it.</summary>
    Task<DatabaseToken> FetchAsync(CancellationToken cancellationToken);
}

/// <summary>
/// Gives each new connection a token that is still good: one is kept until five minutes before it expires, and fetched
/// once for all connections that wait for it. Open connections live on when their token expires; Postgres asks only at
/// the start.
/// </summary>
public sealed class DatabaseIdentity(IDatabaseTokenSource source, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _fetching = new(1);
    private DatabaseToken? _last;

    /// <summary>The token to show now.</summary>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        if (Good() is { } held)
        {
            return held;
        }

        await _fetching.WaitAsync(cancellationToken);
        try
        {
            if (Good() is { } fetchedMeanwhile)
            {
                return fetchedMeanwhile;
            }

            _last = await source.FetchAsync(cancellationToken);
            return _last.Text;
        }
        finally
        {
            _fetching.Release();
        }
    }

    public void Dispose() => _fetching.Dispose();

    private string? Good() => _last is { } token && token.ExpiresAt - clock.GetUtcNow() > Margin ? token.Text : null;
}
