using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Counts over time as columns, those of one place side by side.</summary>
public static class ColumnChart
{
    private const double Gap = 0.25;

    public static Markup Render(ChartText text, IReadOnlyList<string> places, params ChartSeries[] series)
    {
        if (series.All(entry => entry.Values.All(value => value is null or 0)))
        {
            return text.Nothing();
        }

        var scale = ChartScale.For(series.SelectMany(entry => entry.Values));
        var slot = (ChartGrid.Right - ChartGrid.Left) / (double)places.Count;
        var width = slot * (1 - Gap) / series.Length;
        double Start(int index) => ChartGrid.Left + (slot * index) + (slot * Gap / 2);
        var columns = series.SelectMany((entry, number) => entry.Values.Select((value, index) =>
            Column(value, number, Start(index) + (width * number), width, scale)));
        var drawing = Markup.Of(
            $"""{ChartGrid.Draw(scale, places, index => Start(index) + (slot * (1 - Gap) / 2))}{columns}""");
        return text.Figure(ChartGrid.Width, ChartGrid.Height, drawing, places, series, "Time");
    }

    private static Markup Column(double? value, int number, double x, double width, ChartScale scale)
    {
        if (value is not > 0)
        {
            return Markup.Empty;
        }

        var y = ChartGrid.Y(scale, value.Value);
        return Markup.Of(
            $"""<rect class="f{number}" x="{ChartText.N(x)}" y="{ChartText.N(y)}" width="{ChartText.N(Math.Max(1, width))}" height="{ChartText.N(ChartGrid.Bottom - y)}"/>""");
    }
}
