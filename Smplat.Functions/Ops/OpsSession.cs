namespace Smplat.Functions.Ops;

/// <summary>Somebody who has shown an operator key.</summary>
/// <param name="KeyName">Which of the configured keys it was; never the key.</param>
/// <param name="Id">Random; the anti-forgery token is bound to it.</param>
public sealed record OpsSession(string KeyName, string Id, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>How ledgers name whoever acts through the page.</summary>
    public string Actor => $"ops-page:{KeyName}";
}
