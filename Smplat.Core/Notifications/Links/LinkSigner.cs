using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Smplat.Core.Settings;

namespace Smplat.Core.Notifications.Links;

/// <summary>
/// Signs what links in messages say, so that whoever shows the link needs no password and cannot change a letter of it.
/// Each purpose has a key of its own: a token of one kind of link never opens another.
/// </summary>
public sealed class LinkSigner(IOptionsMonitor<NotificationOptions> options, IOptionsMonitor<RuntimeOptions> runtime)
{
    private const string LocalSecret = "a local run protects nobody, so its links need no secret";
    private const int TagBytes = 16;

    /// <exception cref="MissingLinkSecretException">SMPLAT_LINK_SECRET is not set.</exception>
    public string Sign(string purpose, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var secret = Secrets().FirstOrDefault() ?? throw new MissingLinkSecretException();
        return $"{Base64Url.EncodeToString(bytes)}.{Base64Url.EncodeToString(Tag(secret, purpose, bytes))}";
    }

    /// <returns>What was signed; null when the token is not ours, was changed, or is for another purpose.</returns>
    public string? Open(string purpose, string token)
    {
        if (token.Length > 2048 || token.Split('.') is not [var content, var tag]
            || !TryDecode(content, out var bytes) || !TryDecode(tag, out var shown))
        {
            return null;
        }

        return Secrets().Any(secret => CryptographicOperations.FixedTimeEquals(Tag(secret, purpose, bytes), shown))
            ? Encoding.UTF8.GetString(bytes)
            : null;
    }

    private IEnumerable<string> Secrets()
    {
        var settings = options.CurrentValue;
        string?[] secrets =
        [
            settings.LinkSecret ?? (runtime.CurrentValue.IsLocal ? LocalSecret : null),
            settings.PreviousLinkSecret,
        ];
        return secrets.OfType<string>();
    }

    private static byte[] Tag(string secret, string purpose, byte[] content)
    {
        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(purpose));
        return HMACSHA256.HashData(key, content)[..TagBytes];
    }

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = [];
        if (!Base64Url.IsValid(text))
        {
            return false;
        }

        bytes = Base64Url.DecodeFromChars(text);
        return true;
    }
}
