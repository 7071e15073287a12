using System.Globalization;
using System.Text;

namespace Smplat.Core.Platform.Outbox;

/// <summary>An address with the name that people see beside it.</summary>
public sealed record Mailbox(string Address, string? Name = null)
{
    private const int MaxLocalBytes = 64;
    private const int MaxBytes = 254;
    private const string Specials = "<>(),;:\"\\[]@";

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>True for an address that <see cref="Normalize"/> accepts.</summary>
    public static bool IsUsable(string address) => Normalize(address) is not null;

    /// <summary>
    /// The address as it travels: an internationalized domain in its ASCII form (<c>münchen.example</c> becomes
    /// <c>xn--mnchen-3ya.example</c>), the local part unchanged.
    /// </summary>
    /// <returns>
    /// Null when the address cannot stand in an SMTP command and in a header without changing either: exactly one @, no
    /// spaces, brackets, quotes or control characters, at most 64 bytes before the @ and 254 in all.
    /// </returns>
    public static string? Normalize(string address)
    {
        var at = address.LastIndexOf('@');
        if (at <= 0 || at == address.Length - 1)
        {
            return null;
        }

        var (local, domain) = (address[..at], address[(at + 1)..]);
        if (!local.EnumerateRunes().All(IsPlain) || Encoding.UTF8.GetByteCount(local) > MaxLocalBytes
            || !domain.EnumerateRunes().All(IsPlain) || ToAscii(domain) is not { } ascii)
        {
            return null;
        }

        var normal = $"{local}@{ascii}";
        return Encoding.UTF8.GetByteCount(normal) <= MaxBytes ? normal : null;
    }

    /// <summary>Only a server that offers SMTPUTF8 (RFC 6531) can take this address: its local part is not ASCII.</summary>
    public static bool NeedsUtf8(string address) => !Ascii.IsValid(address.AsSpan(0, Math.Max(0, address.LastIndexOf('@'))));

    private static string? ToAscii(string domain)
    {
        if (Ascii.IsValid(domain))
        {
            return domain;
        }

        try
        {
            return Idn.GetAscii(domain);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsPlain(Rune sign) => sign.IsAscii
        ? sign.Value is > ' ' and <= '~' && !Specials.Contains((char)sign.Value, StringComparison.Ordinal)
        : sign != Rune.ReplacementChar && Rune.GetUnicodeCategory(sign) is not (
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
