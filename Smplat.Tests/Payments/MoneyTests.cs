using Smplat.Core.Payments;

namespace Smplat.Tests.Payments;

public sealed class MoneyTests
{
    [TestCase(299, "EUR", 29_900, "299.00 EUR")]
    [TestCase(29_900, "JPY", 29_900, "29900 JPY")]
    [TestCase(299, "KWD", 299_000, "299.000 KWD")]
    [TestCase(0.005, "USD", 1, "0.01 USD")]
    public void Minor_units_are_those_of_the_currency(double amount, string currency, long minor, string text)
    {
        var money = Money.Of((decimal)amount, currency);

        Assert.That((money.Minor, money.ToString()), Is.EqualTo((minor, text)));
        Assert.That(Money.OfMinor(minor, currency.ToLowerInvariant()), Is.EqualTo(money));
    }
}
