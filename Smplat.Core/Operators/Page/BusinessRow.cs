namespace Smplat.Core.Operators.Page;

/// <summary>What routing brought on one day, apart for each window that the lines lie in.</summary>
public sealed record BusinessRow
{
    public required DateTimeOffset Day { get; init; }

    public required bool InDay { get; init; }

    public required bool InWeek { get; init; }

    public required long Orders { get; init; }

    public required long Confirmed { get; init; }

    public required decimal CartCents { get; init; }

    public required decimal CommissionCents { get; init; }

    public required decimal SavingsCents { get; init; }

    public static BusinessFigures Sum(IReadOnlyList<BusinessRow> rows, DateTimeOffset until) => new(
        until,
        [
            Window("24h", rows.Where(row => row.InDay)),
            Window("7d", rows.Where(row => row.InWeek)),
            Window("30d", rows),
        ],
        [
            .. rows.GroupBy(row => row.Day).Select(day => new BusinessDay(
                day.Key,
                day.Sum(row => row.Orders),
                day.Sum(row => row.Confirmed),
                day.Sum(row => row.CommissionCents),
                day.Sum(row => row.SavingsCents))),
        ]);

    private static BusinessWindow Window(string label, IEnumerable<BusinessRow> rows)
    {
        var all = rows.ToArray();
        return new(
            label,
            all.Sum(row => row.Orders),
            all.Sum(row => row.Confirmed),
            all.Sum(row => row.CartCents),
            all.Sum(row => row.CommissionCents),
            all.Sum(row => row.SavingsCents));
    }
}
