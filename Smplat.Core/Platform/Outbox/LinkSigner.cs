using System.Text;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Signs what links in messages say, so that whoever shows the link needs no password and cannot change a letter of it.
/// Each purpose has a key of its own: a token of one kind of link never opens another.
/// </summary>
public sealed class LinkSigner(IOptionsMonitor<NotificationOptions> options, IOptionsMonitor<RuntimeOptions> runtime)
{
    private const string LocalSecret = "a local run protects nobody, so its links need no secret";
    private const int TagBytes = 16;
    private const int LongestToken = 2048;

    /// <exception cref="MissingLinkSecretException">SMPLAT_LINK_SECRET is not set.</exception>
    public string Sign(string purpose, string content) =>
        (Signer(purpose) ?? throw new MissingLinkSecretException()).Seal(content);

    /// <returns>What was signed; null when the token is not ours, was changed, or is for another purpose.</returns>
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
