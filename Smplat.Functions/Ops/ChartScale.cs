using System.Globalization;

namespace Smplat.Functions.Ops;

/// <summary>An axis from zero to a round number above the greatest value.</summary>
public sealed record ChartScale(double Top, double Step)
{
    private const int WantedSteps = 4;

    public static ChartScale For(IEnumerable<double?> values)
    {
        var most = values.Max() ?? 0;
        if (most <= 0)
        {
            return new(1, 1);
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(most / WantedSteps)));
        var step = power * new[] { 1, 2, 2.5, 5, 10 }.First(factor => factor * power * WantedSteps >= most * (1 - 1e-9));
        return new(step * Math.Ceiling((most / step) - 1e-9), step);
    }

    public IEnumerable<double> Ticks => Enumerable.Range(0, (int)Math.Round(Top / Step) + 1).Select(index => index * Step);

    /// <summary>Share of the axis that a value takes, 0 to 1.</summary>
    public double Of(double value) => Math.Clamp(value / Top, 0, 1);

    /// <summary>Short enough for the margin: 1.5k, 2M.</summary>
    public static string Label(double tick) => tick switch
    {
        >= 1_000_000 => (tick / 1_000_000).ToString("0.##", CultureInfo.InvariantCulture) + "M",
        >= 1_000 => (tick / 1_000).ToString("0.##", CultureInfo.InvariantCulture) + "k",
        _ => tick.ToString("0.##", CultureInfo.InvariantCulture),
    };
}
