using System.Security.Cryptography;
using System.Text;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Message-IDs derived from idempotency keys: a mail that is sent again after an unknown outcome carries the ID of the
/// first, by which mailboxes and operators recognise it.
/// </summary>
public static class MessageIds
{
    public static string For(string idempotencyKey, string senderAddress)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)).AsSpan(0, 16));
        var sender = Mailbox.Normalize(senderAddress) ?? senderAddress;
        return $"{hash}@{sender[(sender.LastIndexOf('@') + 1)..]}";
    }
}
