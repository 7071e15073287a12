namespace Smplat.Core.Notifications.Mail;

/// <summary>An address with the name that people see beside it.</summary>
public sealed record Mailbox(string Address, string? Name = null)
{
    /// <summary>
    /// An address that can stand in an SMTP command and in a header without changing either: printable ASCII, one @, no
    /// spaces and no brackets.
    /// </summary>
    public static bool IsUsable(string address)
    {
        var at = address.LastIndexOf('@');
        return at is > 0 and <= 64
            && at < address.Length - 1
            && address.Length <= 254
            && address.IndexOf('@', StringComparison.Ordinal) == at
            && address.All(sign => sign is > ' ' and <= '~' and not ('<' or '>' or '(' or ')' or ',' or ';' or ':' or '"' or '\\' or '[' or ']'));
    }
}
