namespace Smplat.Core.Platform.Outbox;

/// <summary>Amounts as people read them: symbol before for EUR, USD and GBP, code behind for all others.</summary>
public static class MoneyText
{
    /// <param name="decimals">2 everywhere but in revenue figures of digests, which are whole.</param>
    public static string Format(decimal amount, string? currency, string? locale, int decimals = 2)
    {
        var sign = amount < 0 ? "-" : "";
        var rounded = Math.Round(Math.Abs(amount), decimals, MidpointRounding.AwayFromZero);
        var number = rounded.ToString($"N{decimals}", NumberStyle.For(locale));
        return currency?.ToUpperInvariant() switch
        {
            "EUR" => $"{sign}€{number}",
            "USD" => $"{sign}${number}",
            "GBP" => $"{sign}£{number}",
            null or "" => sign + number,
            var code => $"{sign}{number} {code}",
        };
    }
}
