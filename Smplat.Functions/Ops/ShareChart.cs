using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Parts of a whole as a ring, with names and shares beside it.</summary>
public static class ShareChart
{
    private const int Width = 640;
    private const int Height = 240;
    private const double Radius = 84;
    private const double Centre = 120;
    private const double Around = 2 * Math.PI * Radius;

    public static Markup Render(ChartText text, IReadOnlyList<string> names, ChartSeries parts)
    {
        var whole = parts.Values.Sum() ?? 0;
        if (whole <= 0)
        {
            return text.Nothing();
        }

        var drawn = new List<Markup>();
        var before = 0.0;
        for (var index = 0; index < names.Count; index++)
        {
            var share = (parts.Values[index] ?? 0) / whole;
            drawn.Add(Arc(index, share, before));
            drawn.Add(Name(names[index], index, share, names.Count));
            before += share;
        }

        var total = Markup.Of(
            $"""<text class="whole" x="{Centre}" y="{Height / 2}" dy="0.35em" text-anchor="middle">{ChartScale.Label(whole)}</text>""");
        return text.Figure(Width, Height, Markup.Of($"{drawn}{total}"), names, [parts], "Name");
    }

    /// <summary>A stretch of the ring: a dash as long as the share, turned to where the last one ended.</summary>
    private static Markup Arc(int number, double share, double before)
    {
        var length = Math.Max(0, (share * Around) - (share < 1 ? 2 : 0));
        return Markup.Of(
            $"""
            <circle class="a{number}" cx="{Centre}" cy="{Height / 2}" r="{Radius}" stroke-dasharray="{ChartText.N(length)} {ChartText.N(Around)}"
             transform="rotate({ChartText.N((before * 360) - 90)} {Centre} {Height / 2})"/>
            """);
    }

    private static Markup Name(string name, int number, double share, int count)
    {
        var y = (Height / 2) + ((number - ((count - 1) / 2.0)) * 38);
        return Markup.Of(
            $"""
            <rect class="f{number}" x="262" y="{ChartText.N(y - 9)}" width="18" height="18" rx="4"/>
            <text class="name" x="292" y="{ChartText.N(y)}" dy="0.35em">{name}: {Smplat.Functions.Ops.OpsText.Percent(share)}</text>
            """);
    }
}
