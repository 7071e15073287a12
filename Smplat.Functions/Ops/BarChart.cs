using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Values of named things as bars from left to right, with the value at the end of each.</summary>
public static class BarChart
{
    private const int Width = 640;
    private const int Left = 4;
    private const int Right = Width - 96;
    private const int NameHeight = 24;
    private const int BarHeight = 18;
    private const int BarGap = 4;
    private const int GroupGap = 14;

    public static Markup Render(ChartText text, IReadOnlyList<string> names, params ChartSeries[] series)
    {
        if (series.All(entry => entry.IsEmpty))
        {
            return text.Nothing();
        }

        var scale = ChartScale.For(series.SelectMany(entry => entry.Values));
        var group = NameHeight + (series.Length * (BarHeight + BarGap)) + GroupGap;
        var groups = names.Select((name, index) => Markup.Of(
            $"""
            <text class="name" x="{Left}" y="{(group * index) + 16}">{name}</text>
            {series.Select((entry, number) => Bar(text, entry.Values[index], number, (group * index) + NameHeight + (number * (BarHeight + BarGap)), scale))}
            """));
        return text.Figure(Width, Math.Max(1, group * names.Count), Markup.Of($"{groups}"), names, series, "Name");
    }

    private static Markup Bar(ChartText text, double? value, int number, int y, ChartScale scale)
    {
        var width = value is { } known ? Math.Max(2, scale.Of(known) * (Right - Left)) : 0;
        return Markup.Of(
            $"""
            <rect class="f{number}" x="{Left}" y="{y}" width="{ChartText.N(width)}" height="{BarHeight}" rx="3"/>
            <text class="value" x="{ChartText.N(Left + width + 8)}" y="{y + (BarHeight / 2)}" dy="0.35em">{text.Value(value)}</text>
            """);
    }
}
