using System.Globalization;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>What all charts say in words: title, summary for screen readers, legend, and the same figures as a table.</summary>
/// <param name="Id">Unique on the page.</param>
/// <param name="Unit">Of the values, such as <c>ms</c>; empty for counts.</param>
/// <param name="Empty">Shown instead of the chart when there is nothing to draw.</param>
public sealed record ChartText(string Id, string Title, string Unit, string Empty)
{
    internal Markup Figure(
        int width, int height, Markup drawing, IReadOnlyList<string> places, IReadOnlyList<ChartSeries> series, string placeName) => Markup.Of(
        $"""
        <figure class="chart">
        <figcaption><span class="title">{Title}{Markup.Of($" <small>{Unit}</small>").When(Unit.Length > 0)}</span>{Legend(series).When(series.Count > 1)}</figcaption>
        <svg viewBox="0 0 {width} {height}" role="img" aria-labelledby="{Id}-t {Id}-d" focusable="false">
        <title id="{Id}-t">{Title}</title>
        <desc id="{Id}-d">{string.Join(" ", series.Select(Summary))}</desc>
        {drawing}
        </svg>
        {Table(places, series, placeName)}
        </figure>
        """);

    internal Markup Nothing() => Markup.Of(
        $"""<figure class="chart"><figcaption><span class="title">{Title}</span></figcaption>{OpsParts.None(Empty)}</figure>""");

    internal string Value(double? value) => value is { } number
        ? number.ToString(Math.Abs(number) >= 100 || number == Math.Floor(number) ? "#,0" : "0.##", CultureInfo.InvariantCulture)
            + (Unit.Length > 0 ? $" {Unit}" : "")
        : OpsText.Unknown;

    /// <summary>A number of the drawing, short and without a culture.</summary>
    internal static string N(double number) => Math.Round(number, 1).ToString(CultureInfo.InvariantCulture);

    private string Summary(ChartSeries series) => series.Values.LastOrDefault(value => value is not null) is { } last
        ? $"{series.Name}: last {Value(last)}, highest {Value(series.Values.Max())}, lowest {Value(series.Values.Min())}."
        : $"{series.Name}: no values.";

    private static Markup Legend(IReadOnlyList<ChartSeries> series) => Markup.Of(
        $"""<span class="legend">{series.Select((entry, index) => Markup.Of($"""<span class="key k{index}">{entry.Name}</span>"""))}</span>""");

    private Markup Table(IReadOnlyList<string> places, IReadOnlyList<ChartSeries> series, string placeName)
    {
        var rows = places.Select((place, index) =>
            series.Select(entry => Markup.Of($"{Value(entry.Values[index])}")).Prepend(Markup.Of($"{place}")).ToArray());
        return Markup.Of(
            $"""
            <details class="figures"><summary>Figures<span class="unseen"> of {Title}</span></summary>
            {OpsParts.Table(Title, [placeName, .. series.Select(entry => "#" + entry.Name)], rows, Empty)}
            </details>
            """);
    }
}
