using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Outbox;

/// <summary>The signed address that turns one kind of message off for one person. It does not expire.</summary>
public sealed class UnsubscribeLinks(LinkSigner signer, IOptionsMonitor<RuntimeOptions> runtime)
{
    public const string Path = "api/v1/notifications/unsubscribe";

    private const string Purpose = "unsubscribe";

    public string For(Guid userId, string preference) =>
        new Uri(runtime.CurrentValue.ApiBaseUrl, $"{Path}/{signer.Sign(Purpose, $"{userId:N}:{preference}")}").AbsoluteUri;

    /// <returns>Whom and what the link is for; null when it is not one of ours.</returns>
    public UnsubscribeRequest? Read(string token) =>
        signer.Open(Purpose, token)?.Split(':') is [var user, var preference]
            && Guid.TryParseExact(user, "N", out var userId)
            && Preference.All.Contains(preference)
                ? new(userId, preference)
                : null;
}

/// <summary>What an unsubscribe link says.</summary>
public sealed record UnsubscribeRequest(Guid UserId, string Preference);
