using System.Globalization;
using System.Text;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The text of a chart: title, summary for screen readers, legend, and the same values as a table.</summary>
/// <param name="Id">Unique on the page.</param>
/// <param name="Unit">Of the values, such as <c>ms</c>; empty for counts.</param>
/// <param name="Empty">Shown instead of the chart when there is nothing to draw.</param>
public sealed record ChartText(string Id, string Title, string Unit, string Empty)
{
    /// <summary>Where a place of the chart leads, by its index: the requests behind it.</summary>
    public Func<int, string?>? Href { get; init; }

    /// <summary>Whether the values are whole numbers, so that the axis has no fractions.</summary>
    internal bool IsCount => Unit.Length == 0;

    /// <param name="reading">The first and last place of a chart over time; null where the values stand in the drawing.</param>
    internal Markup Figure(
        (int Width, int Height) size,
        Markup drawing,
        IReadOnlyList<string> places,
        IReadOnlyList<ChartSeries> series,
        string placeName,
        (double First, double Last)? reading = null) => Markup.Of(
        $"""
        <figure class="chart">
        <figcaption><span class="title">{Title}{Markup.Of($" <small>{Unit}</small>").When(Unit.Length > 0)}</span>{Legend(series).When(series.Count > 1)}</figcaption>
        {(reading is { } ends ? Markup.Of($"""<div class="plot" data-from="{N(ends.First)}" data-to="{N(ends.Last)}" data-width="{size.Width}">""") : Markup.Empty)}
        <svg viewBox="0 0 {size.Width} {size.Height}" role="img" aria-labelledby="{Id}-t {Id}-d" focusable="false">
        <title id="{Id}-t">{Title}</title>
        <desc id="{Id}-d">{string.Join(" ", series.Select(Summary))}</desc>
        {drawing}
        {Markup.Of($"""<line class="cursor" x1="0" x2="0" y1="{ChartGrid.Top}" y2="{ChartGrid.Bottom}"/>""").When(reading is not null)}
        </svg>
        {Markup.Of($"""</div><p class="readout" aria-live="polite"></p>""").When(reading is not null)}
        {Links(places).When(reading is null && Href is not null)}
        {Table(places, series, placeName)}
        </figure>
        """);

    /// <summary>The requests behind each name.</summary>
    private Markup Links(IReadOnlyList<string> names) => Markup.Of(
        $"""<p class="links">Requests of {names.Select((name, index) => Markup.Of($"""{(index == 0 ? "" : " · ")}{Place(name, index)}"""))}</p>""");

    private Markup Place(string name, int index) => Href?.Invoke(index) is { } href ? OpsParts.Link(href, name) : Markup.Of($"{name}");

    internal Markup Nothing() => Markup.Of(
        $"""<figure class="chart"><figcaption><span class="title">{Title}</span></figcaption>{OpsParts.None(Empty)}</figure>""");

    internal string Value(double? value) => value is { } number
        ? number.ToString(Math.Abs(number) >= 100 || number == Math.Floor(number) ? "#,0" : "0.##", CultureInfo.InvariantCulture)
            + (Unit.Length > 0 ? $" {Unit}" : "")
        : OpsText.Unknown;

    /// <summary>A number in the drawing, short and culture-independent.</summary>
    internal static string N(double number) => Math.Round(number, 1).ToString(CultureInfo.InvariantCulture);

    private string Summary(ChartSeries series) => series.Values.LastOrDefault(value => value is not null) is { } last
        ? $"{series.Name}: last {Value(last)}, highest {Value(series.Values.Max())}, lowest {Value(series.Values.Min())}."
        : $"{series.Name}: no values.";

    private static Markup Legend(IReadOnlyList<ChartSeries> series) => Markup.Of(
        $"""<span class="legend">{series.Select((entry, index) => Markup.Of($"""<span class="key k{index}">{entry.Name}</span>"""))}</span>""");

    private Markup Table(IReadOnlyList<string> places, IReadOnlyList<ChartSeries> series, string placeName)
    {
        var rows = places.Select((place, index) =>
            series.Select(entry => Markup.Of($"{Value(entry.Values[index])}")).Prepend(Place(place, index)).ToArray());
        return Markup.Of(
            $"""
            <details class="figures"><summary>Values<span class="unseen"> of {Title}</span></summary>
            {OpsParts.Table(Title, [placeName, .. series.Select(entry => "#" + entry.Name)], rows, Empty)}
            </details>
            """);
    }
}

/// <summary>Named values, one per place on the axis; null where the value is unknown.</summary>
public sealed record ChartSeries(string Name, IReadOnlyList<double?> Values)
{
    public bool IsEmpty => Values.All(value => value is null);
}

/// <summary>Counts over time as columns, those of the same place side by side.</summary>
public static class ColumnChart
{
    private const double Gap = 0.25;

    public static Markup Render(ChartText text, IReadOnlyList<string> places, params ChartSeries[] series)
    {
        if (series.All(entry => entry.Values.All(value => value is null or 0)))
        {
            return text.Nothing();
        }

        var scale = ChartScale.For(series.SelectMany(entry => entry.Values), text.IsCount);
        var slot = (ChartGrid.Right - ChartGrid.Left) / (double)places.Count;
        var width = slot * (1 - Gap) / series.Length;
        double Start(int index) => ChartGrid.Left + (slot * index) + (slot * Gap / 2);
        var columns = series.SelectMany((entry, number) => entry.Values.Select((value, index) =>
            Column(value, number, Start(index) + (width * number), width, scale)));
        var drawing = Markup.Of(
            $"""{ChartGrid.Draw(scale, places, index => Start(index) + (slot * (1 - Gap) / 2))}{columns}""");
        double Middle(int index) => Start(index) + (slot * (1 - Gap) / 2);
        return text.Figure((ChartGrid.Width, ChartGrid.Height), drawing, places, series, "Time", (Middle(0), Middle(places.Count - 1)));
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

/// <summary>Values over time as lines. A line stops at unknown values; it is never drawn across a gap.</summary>
public static class LineChart
{
    /// <param name="places">Labels along the bottom, oldest first.</param>
    public static Markup Render(ChartText text, IReadOnlyList<string> places, params ChartSeries[] series)
    {
        if (series.All(entry => entry.IsEmpty))
        {
            return text.Nothing();
        }

        var scale = ChartScale.For(series.SelectMany(entry => entry.Values), text.IsCount);
        double X(int index) => places.Count < 2
            ? (ChartGrid.Left + ChartGrid.Right) / 2.0
            : ChartGrid.Left + ((ChartGrid.Right - ChartGrid.Left) * (index / (places.Count - 1.0)));
        var drawing = Markup.Of(
            $"""{ChartGrid.Draw(scale, places, X)}{series.Select((entry, index) => Line(entry, index, scale, X))}""");
        return text.Figure((ChartGrid.Width, ChartGrid.Height), drawing, places, series, "Time", (X(0), X(places.Count - 1)));
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

/// <summary>Named values as horizontal bars, with the value at the end of each.</summary>
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

        var scale = ChartScale.For(series.SelectMany(entry => entry.Values), text.IsCount);
        var group = NameHeight + (series.Length * (BarHeight + BarGap)) + GroupGap;
        var groups = names.Select((name, index) => Markup.Of(
            $"""
            <text class="name" x="{Left}" y="{(group * index) + 16}">{name}</text>
            {series.Select((entry, number) => Bar(text, entry.Values[index], number, (group * index) + NameHeight + (number * (BarHeight + BarGap)), scale))}
            """));
        return text.Figure((Width, Math.Max(1, group * names.Count)), Markup.Of($"{groups}"), names, series, "Name");
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

/// <summary>Parts of a whole as a ring, with names and shares beside it.</summary>
public static class ShareChart
{
    private const int Width = 640;
    private const int Height = 240;
    private const double Radius = 84;
    private const double Center = 120;
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
            $"""<text class="whole" x="{Center}" y="{Height / 2}" dy="0.35em" text-anchor="middle">{ChartScale.Label(whole)}</text>""");
        return text.Figure((Width, Height), Markup.Of($"{drawn}{total}"), names, [parts], "Name");
    }

    /// <summary>An arc of the ring: a dash as long as the share, rotated to the end of the previous one.</summary>
    private static Markup Arc(int number, double share, double before)
    {
        var length = Math.Max(0, (share * Around) - (share < 1 ? 2 : 0));
        return Markup.Of(
            $"""
            <circle class="a{number}" cx="{Center}" cy="{Height / 2}" r="{Radius}" stroke-dasharray="{ChartText.N(length)} {ChartText.N(Around)}"
             transform="rotate({ChartText.N((before * 360) - 90)} {Center} {Height / 2})"/>
            """);
    }

    private static Markup Name(string name, int number, double share, int count)
    {
        var y = (Height / 2) + ((number - ((count - 1) / 2.0)) * 38);
        return Markup.Of(
            $"""
            <rect class="f{number}" x="262" y="{ChartText.N(y - 9)}" width="18" height="18" rx="4"/>
            <text class="name" x="292" y="{ChartText.N(y)}" dy="0.35em">{name}: {OpsText.Percent(share)}</text>
            """);
    }
}

/// <summary>The grid of charts over time: horizontal lines with their values, and labels along the bottom.</summary>
internal static class ChartGrid
{
    internal const int Width = 640;
    internal const int Height = 250;
    internal const int Left = 54;
    internal const int Right = Width - 12;
    internal const int Top = 14;
    internal const int Bottom = Height - 32;

    private const int MaxLabels = 6;

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

    /// <summary>As many labels as fit; on a phone every second one is hidden.</summary>
    private static IEnumerable<Markup> Places(IReadOnlyList<string> places, Func<int, double> x)
    {
        var every = Math.Max(1, (int)Math.Ceiling(places.Count / (double)MaxLabels));
        for (int index = 0, label = 0; index < places.Count; index += every, label++)
        {
            var odd = label % 2 == 1 ? "odd" : "even";
            // The first label starts at the axis, so that it does not touch the zero beside it.
            var (at, anchor) = index == 0 ? (Left, "start") : (x(index), "middle");
            yield return Markup.Of($"""<text class="{odd}" x="{ChartText.N(at)}" y="{Bottom + 24}" text-anchor="{anchor}">{places[index]}</text>""");
        }
    }
}

/// <summary>An axis from zero to a round number above the largest value.</summary>
public sealed record ChartScale(double Top, double Step)
{
    private const int WantedSteps = 4;

    /// <param name="isCount">The steps are whole numbers.</param>
    public static ChartScale For(IEnumerable<double?> values, bool isCount = false)
    {
        var largest = values.Max() ?? 0;
        if (largest <= 0)
        {
            return new(1, 1);
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(largest / WantedSteps)));
        var step = power * new[] { 1, 2, 2.5, 5, 10 }.First(factor => factor * power * WantedSteps >= largest * (1 - 1e-9));
        step = isCount ? Math.Max(1, Math.Ceiling(step - 1e-9)) : step;
        return new(step * Math.Ceiling((largest / step) - 1e-9), step);
    }

    public IEnumerable<double> Ticks => Enumerable.Range(0, (int)Math.Round(Top / Step) + 1).Select(index => index * Step);

    /// <summary>The share of the axis that a value takes, 0 to 1.</summary>
    public double Of(double value) => Math.Clamp(value / Top, 0, 1);

    /// <summary>Short enough for the margin: 1.5k, 2M.</summary>
    public static string Label(double tick) => tick switch
    {
        >= 1_000_000 => (tick / 1_000_000).ToString("0.##", CultureInfo.InvariantCulture) + "M",
        >= 1_000 => (tick / 1_000).ToString("0.##", CultureInfo.InvariantCulture) + "k",
        _ => tick.ToString("0.##", CultureInfo.InvariantCulture),
    };
}

/// <summary>Labels of instants on an axis, in UTC.</summary>
internal static class ChartTime
{
    internal static string Minute(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture);

    internal static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM", CultureInfo.InvariantCulture);

    internal static string Hour(DateTimeOffset at) => at.UtcDateTime.ToString("ddd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>All places of a window, so that those without a row appear as gaps or zeros.</summary>
    internal static IReadOnlyList<DateTimeOffset> Steps(DateTimeOffset since, DateTimeOffset until, TimeSpan step)
    {
        var steps = new List<DateTimeOffset>();
        for (var at = since; at <= until; at += step)
        {
            steps.Add(at);
        }

        return steps;
    }
}
