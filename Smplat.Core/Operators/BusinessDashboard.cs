namespace Smplat.Core.Operators;

/// <summary>What routing brought in a window that ends now.</summary>
/// <param name="Window">Label of the window.</param>
/// <param name="CartCents">Totals of the chosen quotes.</param>
/// <param name="SavingsCents">What the chosen quotes cost less than the cheapest alternative; dearer choices count as nothing.</param>
public sealed record BusinessWindow(
    string Window, long Orders, long Confirmed, decimal CartCents, decimal CommissionCents, decimal SavingsCents)
{
    public static BusinessWindow Of(string window, IReadOnlyList<BusinessDay> days) => new(
        window,
        days.Sum(day => day.Orders),
        days.Sum(day => day.Confirmed),
        days.Sum(day => day.CartCents),
        days.Sum(day => day.CommissionCents),
        days.Sum(day => day.SavingsCents));

    /// <summary>Null without any order.</summary>
    public decimal? AverageCartCents => Orders == 0 ? null : CartCents / Orders;
}

/// <summary>What routing brought on one day, in UTC.</summary>
public sealed record BusinessDay(
    DateTimeOffset Day, long Orders, long Confirmed, decimal CartCents, decimal CommissionCents, decimal SavingsCents);

/// <summary>The business dashboard.</summary>
/// <param name="Days">The last 30 days, oldest first, without days on which nothing was routed.</param>
public sealed record BusinessDashboard(DateTimeOffset Until, IReadOnlyList<BusinessWindow> Windows, IReadOnlyList<BusinessDay> Days);
