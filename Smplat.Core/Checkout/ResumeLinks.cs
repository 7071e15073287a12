using System.Globalization;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Checkout;

/// <summary>The signed, expiring link by which a person goes on with a checkout. It leads to the storefront.</summary>
public sealed class ResumeLinks(LinkSigner signer, IOptionsMonitor<RuntimeOptions> runtime, TimeProvider clock)
{
    private const string Purpose = "checkout-resume";

    public string For(Guid orchestrationId, int prompt, DateTimeOffset expiresAt)
    {
        var content = string.Create(
            CultureInfo.InvariantCulture, $"{orchestrationId:N}:{prompt}:{expiresAt.ToUnixTimeSeconds()}");
        return new Uri(runtime.CurrentValue.FrontendUrl, $"checkout/resume?token={signer.Sign(Purpose, content)}").AbsoluteUri;
    }

    /// <returns>Which checkout and which prompt; null when the token is not ours or has expired.</returns>
    public (Guid OrchestrationId, int Prompt)? Read(string token)
    {
        if (signer.Open(Purpose, token)?.Split(':') is not [var id, var prompt, var expiry]
            || !Guid.TryParseExact(id, "N", out var orchestrationId)
            || !int.TryParse(prompt, CultureInfo.InvariantCulture, out var number)
            || !long.TryParse(expiry, CultureInfo.InvariantCulture, out var seconds))
        {
            return null;
        }

        return clock.GetUtcNow().ToUnixTimeSeconds() < seconds ? (orchestrationId, number) : null;
    }
}
