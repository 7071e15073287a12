using Azure.Core;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;

namespace Smplat.Functions.Storage;

/// <summary>Tokens for Postgres from the app's managed identity, which is also used for the storage account.</summary>
public sealed class ManagedIdentityTokens(IOptionsMonitor<StorageOptions> options) : IDatabaseTokenSource
{
    private static readonly TokenRequestContext Postgres = new(["https://ossrdbms-aad.database.windows.net/.default"]);

    private readonly Lazy<TokenCredential> _credential = new(() => options.CurrentValue.CreateCredential());

    public async Task<DatabaseToken> FetchAsync(CancellationToken cancellationToken)
    {
        var token = await _credential.Value.GetTokenAsync(Postgres, cancellationToken);
        return new(token.Token, token.ExpiresOn);
    }
}
