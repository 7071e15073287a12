using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Smplat.Core.Platform.Input;

/// <summary>
/// Recognises personal data that must not be stored: members named after personal details, and strings with an e-mail address.
/// In doubt it treats something as personal data; names of things, such as products, are not on the list.
/// </summary>
internal static class PersonalDataPolicy
{
    /// <summary>Replaces what was removed.</summary>
    public const string Redacted = "[redacted]";

    private const int MaxNameLength = 24;

    private static readonly SearchValues<char> Separators = SearchValues.Create("_-. ");

    private static readonly FrozenSet<string> Names = new[]
    {
        "email", "emailaddress", "mail", "useremail", "customeremail", "contactemail",
        "phone", "phonenumber", "mobile", "mobilenumber", "telephone", "tel",
        "firstname", "lastname", "fullname", "givenname", "familyname", "surname", "customername", "displayname",
        "address", "streetaddress", "street", "addressline1", "addressline2", "postaladdress", "shippingaddress",
        "billingaddress", "zip", "zipcode", "postalcode", "postcode",
        "ip", "ipaddress", "clientip", "remoteaddr",
        "birthdate", "birthday", "dateofbirth", "dob", "ssn", "taxid", "passport",
        "password", "token", "accesstoken", "sessionid", "cardnumber", "creditcard", "iban", "cvv", "cvc",
    }.ToFrozenSet();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> ByName =
        Names.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>True for <c>email</c>, <c>e_mail</c>, <c>customerEmail</c> and the like.</summary>
    private static bool IsPersonalName(ReadOnlySpan<byte> utf8Name)
    {
        if (utf8Name.Length is 0 or > MaxNameLength)
        {
            return false;
        }

        Span<char> folded = stackalloc char[MaxNameLength];
        var length = 0;
        foreach (var unit in utf8Name)
        {
            var character = (char)unit;
            if (!Separators.Contains(character))
            {
                folded[length++] = char.ToLowerInvariant(character);
            }
        }

        return ByName.Contains(folded[..length]);
    }

    /// <summary>The same for the current member name of the reader, with escapes resolved.</summary>
    public static bool IsPersonalName(ref readonly Utf8JsonReader json) => json.ValueIsEscaped
        ? IsPersonalName(Encoding.UTF8.GetBytes(json.GetString()!))
        : IsPersonalName(json.ValueSpan);

    /// <summary>True when the current string or member name of the reader contains an e-mail address, with escapes resolved.</summary>
    public static bool HoldsAddress(ref readonly Utf8JsonReader json) => json.ValueIsEscaped
        ? HoldsAddress(json.GetString().AsSpan())
        : HoldsAddress(json.ValueSpan);

    /// <summary>Also true for an address in a URL (<c>%40</c>) and with the full-width sign of Asian keyboards.</summary>
    public static bool HoldsAddress(ReadOnlySpan<char> text) =>
        HoldsAddress(text, "@") || HoldsAddress(text, "%40") || HoldsAddress(text, "\uFF20");

    private static bool HoldsAddress(ReadOnlySpan<char> text, ReadOnlySpan<char> sign)
    {
        for (var from = 0; text[from..].IndexOf(sign) is >= 0 and var more;)
        {
            var at = from + more;
            from = at + sign.Length;
            if (at > 0 && IsHost(text[from..]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HoldsAddress(ReadOnlySpan<byte> utf8) =>
        utf8.IndexOfAny((byte)'@', (byte)'%', "\uFF20"u8[0]) >= 0 && HoldsAddress(Encoding.UTF8.GetString(utf8).AsSpan());

    private static bool IsHost(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (char.IsLetterOrDigit(text[length]) || text[length] is '.' or '-'))
        {
            length++;
        }

        var dot = text[..length].IndexOf('.');
        return dot > 0 && dot < length - 1 && char.IsLetterOrDigit(text[dot + 1]);
    }
}
