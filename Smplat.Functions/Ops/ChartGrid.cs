using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The field of charts over time: horizontal lines with their values, and places along the bottom.</summary>
internal static class ChartGrid
{
    internal const int Width = 640;
    internal const int Height = 250;
    internal const int Left = 54;
    internal const int Right = Width - 12;
    internal const int Top = 14;
    internal const int Bottom = Height - 32;

    private const int MostLabels = 6;

    internal static double Y(ChartScale scale, double value) => Bottom - (scale.Of(value) * (Bottom - Top));

    internal static Markup Draw(ChartScale scale, IReadOnlyList<string> places, Func<int, double> x) => Markup.Of(
        $"""<g class="grid">{scale.Ticks.Select(tick => Line(scale, tick))}</g><g class="axis">{Places(places, x)}</g>""");

    private static Markup Line(ChartScale scale, double tick)
    {
        var y = ChartText.N(Y(scale, tick));
        return Markup.Of(
            $"""
            <line x1="{Left}" x2="{Right}" y1="{y}" y2="{y}"/>
            <text x="{Left - 8}" y="{y}" dy="0.35em" text-anchor="end">{ChartScale.Label(tick)}</text>
            """);
    }

    /// <summary>As many labels as fit; every second one gives way on a phone.</summary>
    private static IEnumerable<Markup> Places(IReadOnlyList<string> places, Func<int, double> x)
    {
        var every = Math.Max(1, (int)Math.Ceiling(places.Count / (double)MostLabels));
        for (int index = 0, label = 0; index < places.Count; index += every, label++)
        {
            var odd = label % 2 == 1 ? "odd" : "even";
            // The first one begins where the axis does, so that it stays clear of the zero beside it.
            var (at, anchor) = index == 0 ? (Left, "start") : (x(index), "middle");
            yield return Markup.Of($"""<text class="{odd}" x="{ChartText.N(at)}" y="{Bottom + 24}" text-anchor="{anchor}">{places[index]}</text>""");
        }
    }
}
