namespace Smplat.FakeVendors.Kroger;

/// <summary>What an access token allows, for whom and until when.</summary>
public sealed record KrogerGrant(string Scope, string? Shopper, DateTimeOffset ExpiresAt)
{
    public bool Allows(string scope) => Scope.Split(' ').Contains(scope);
}
