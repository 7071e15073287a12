namespace Smplat.Core.Billing;

/// <summary>Makes payment pages for invoices at the payment provider.</summary>
public interface IHostedSessionGateway
{
    /// <param name="key">The same key gives the same session, so a repetition after an unknown outcome is safe.</param>
    Task<HostedPage> CreateAsync(
        Guid key, HostedSession session, string successUrl, string cancelUrl, CancellationToken cancellationToken);

    /// <summary>Makes sure that nobody can pay on a page any more.</summary>
    /// <returns>Null when that is so, else what stands against it.</returns>
    Task<string?> EndAsync(string sessionId, CancellationToken cancellationToken);
}

/// <summary>The provider's answer: a page, or the reason why there is none.</summary>
public abstract record HostedPage
{
    private HostedPage()
    {
    }

    public sealed record Made(string SessionId, string Url) : HostedPage;

    public sealed record Failed(string Reason) : HostedPage;
}
