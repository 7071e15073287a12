using System.Collections.Frozen;
using System.Globalization;

namespace Smplat.Core.Payments;

/// <summary>
/// An amount in the minor units of its currency, as the payment provider states it: cents, whole yen, thousandths of a dinar.
/// Amounts are compared in this form only.
/// </summary>
/// <param name="Currency">Upper case.</param>
public sealed record Money(long Minor, string Currency)
{
    private static readonly FrozenSet<string> WithoutDecimals = FrozenSet.Create(
        StringComparer.Ordinal,
        "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF");

    private static readonly FrozenSet<string> WithThreeDecimals = FrozenSet.Create(
        StringComparer.Ordinal, "BHD", "JOD", "KWD", "OMR", "TND");

    public decimal Amount => Minor / Scale(Currency);

    public static Money Of(decimal amount, string currency)
    {
        var code = currency.ToUpperInvariant();
        return new(checked((long)Math.Round(amount * Scale(code), MidpointRounding.AwayFromZero)), code);
    }

    /// <param name="currency">As the provider writes it, in lower case.</param>
    public static Money OfMinor(long minor, string currency) => new(minor, currency.ToUpperInvariant());

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Amount.ToString(Scale(Currency) switch { 1m => "0", 100m => "0.00", _ => "0.000" }, CultureInfo.InvariantCulture)} {Currency}");

    private static decimal Scale(string currency) =>
        WithoutDecimals.Contains(currency) ? 1m : WithThreeDecimals.Contains(currency) ? 1000m : 100m;
}
