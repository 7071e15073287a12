using System.Text;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Values over time as lines. A line stops where nothing is known; it is never drawn through a gap.</summary>
public static class LineChart
{
    /// <param name="places">Names of the places along the bottom, oldest first.</param>
    public static Markup Render(ChartText text, IReadOnlyList<string> places, params ChartSeries[] series)
    {
        if (series.All(entry => entry.IsEmpty))
        {
            return text.Nothing();
        }

        var scale = ChartScale.For(series.SelectMany(entry => entry.Values));
        double X(int index) => places.Count < 2
            ? (ChartGrid.Left + ChartGrid.Right) / 2.0
            : ChartGrid.Left + ((ChartGrid.Right - ChartGrid.Left) * (index / (places.Count - 1.0)));
        var drawing = Markup.Of(
            $"""{ChartGrid.Draw(scale, places, X)}{series.Select((entry, index) => Line(entry, index, scale, X))}""");
        return text.Figure(ChartGrid.Width, ChartGrid.Height, drawing, places, series, "Time");
    }

    private static Markup Line(ChartSeries series, int number, ChartScale scale, Func<int, double> x)
    {
        var path = new StringBuilder();
        var dots = new List<Markup>();
        for (var index = 0; index < series.Values.Count; index++)
        {
            if (series.Values[index] is not { } value)
            {
                continue;
            }

            var isStart = index == 0 || series.Values[index - 1] is null;
            var isEnd = index == series.Values.Count - 1 || series.Values[index + 1] is null;
            var (px, py) = (ChartText.N(x(index)), ChartText.N(ChartGrid.Y(scale, value)));
            path.Append(isStart ? 'M' : 'L').Append(px).Append(' ').Append(py);
            if (isStart && isEnd)
            {
                dots.Add(Markup.Of($"""<circle class="d{number}" cx="{px}" cy="{py}" r="3.5"/>"""));
            }
        }

        return Markup.Of($"""<path class="l{number}" d="{path.ToString()}"/>{dots}""");
    }
}
