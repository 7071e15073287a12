using System.Text;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Signs the content of links in messages, so that the link needs no password and cannot be changed. Each purpose has its
/// own key: a token of one kind of link is never valid for another.
/// </summary>
public sealed class LinkSigner(IOptionsMonitor<OutboxOptions> options, IOptionsMonitor<RuntimeOptions> runtime)
{
    private const string LocalSecret = "a local run protects nobody, so its links need no secret";
    private const int TagBytes = 16;
    private const int LongestToken = 2048;

    /// <exception cref="MissingLinkSecretException">SMPLAT_LINK_SECRET is not set.</exception>
    public string Sign(string purpose, string content) =>
        (Signer(purpose) ?? throw new MissingLinkSecretException()).Seal(content);

    /// <returns>The signed content; null when the token is not ours, was changed, or is for another purpose.</returns>
    public string? Open(string purpose, string token) => token.Length <= LongestToken ? Signer(purpose)?.Open(token) : null;

    private HmacSigner? Signer(string purpose)
    {
        var settings = options.CurrentValue;
        string?[] secrets =
        [
            settings.LinkSecret ?? (runtime.CurrentValue.IsLocal ? LocalSecret : null),
            settings.PreviousLinkSecret,
        ];
        byte[][] keys = [.. secrets.OfType<string>().Select(Encoding.UTF8.GetBytes)];
        return keys.Length == 0 ? null : HmacSigner.ForPurpose(keys, Encoding.UTF8.GetBytes(purpose), TagBytes);
    }
}

/// <summary>Links cannot be signed. Messages that need a link wait until the setting is there.</summary>
internal sealed class MissingLinkSecretException()
    : Exception("SMPLAT_LINK_SECRET is not set, so links in messages cannot be signed.");
