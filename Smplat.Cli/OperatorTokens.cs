using Azure.Core;
using Azure.Identity;
using Smplat.Core.Platform.Database;

namespace Smplat.Cli;

/// <summary>Tokens for Postgres from the operator's own login (<c>az login</c>), else from the machine's managed identity.</summary>
internal sealed class OperatorTokens : IDatabaseTokenSource
{
    private static readonly TokenRequestContext Postgres = new(["https://ossrdbms-aad.database.windows.net/.default"]);

    private readonly ChainedTokenCredential _credential = new(
        new AzureCliCredential(), new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned));

    public async Task<DatabaseToken> FetchAsync(CancellationToken cancellationToken)
    {
        var token = await _credential.GetTokenAsync(Postgres, cancellationToken);
        return new(token.Token, token.ExpiresOn);
    }
}
