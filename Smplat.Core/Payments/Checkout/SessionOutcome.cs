namespace Smplat.Core.Payments.Checkout;

/// <summary>What the provider answered.</summary>
public abstract record SessionOutcome
{
    private SessionOutcome()
    {
    }

    /// <param name="IntentId">Recent versions of the API name it only when the customer pays.</param>
    public sealed record Made(string SessionId, string Url, string? IntentId) : SessionOutcome;

    /// <param name="IsDefinite">The provider said no; otherwise a session may exist all the same.</param>
    public sealed record Failed(string Reason, bool IsDefinite) : SessionOutcome;
}
