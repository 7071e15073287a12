using System.Text.RegularExpressions;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Smplat.Functions.Ops;
using Smplat.Tests.Support;

namespace Smplat.Tests.Ops;

[Parallelizable(ParallelScope.All)]
public sealed class ChartTests
{
    private static readonly ChartText Text = new("c", "A chart", "ms", "Nothing to draw.");

    [Test]
    public void A_scale_covers_every_value_with_few_round_steps() => Check.QuickThrowOnFailure(
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<PositiveInt>>(), values =>
        {
            var scale = ChartScale.For(values.Get.Select(value => (double?)value.Get / 7));
            var most = values.Get.Max(value => value.Get) / 7.0;
            return scale.Top >= most * 0.999999 && scale.Top <= most * 2.6 && scale.Ticks.Count() is >= 2 and <= 6;
        }));

    [Test]
    public void Counts_have_no_fractions_on_their_axis() => Check.QuickThrowOnFailure(
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<PositiveInt>>(), values =>
        {
            var scale = ChartScale.For(values.Get.Select(value => (double?)value.Get), isCount: true);
            return scale.Ticks.All(tick => tick == Math.Floor(tick)) && scale.Top >= values.Get.Max(value => value.Get);
        }));

    [Test]
    public void A_place_of_a_chart_leads_to_its_requests_without_scripts_too()
    {
        var html = ColumnChart.Render(
            new ChartText("c", "A chart", "", "Nothing.") { Href = index => $"/ops/requests?n={index}" }, ["10:00", "10:01"], new ChartSeries("S", [1, 2])).ToString();

        Assert.That(html, Does.Contain("<a href=\"/ops/requests?n=1\">10:01</a>").And.Contain("class=\"readout\" aria-live=\"polite\""));
    }

    [TestCase(0, "0")]
    [TestCase(2.5, "2.5")]
    [TestCase(1500, "1.5k")]
    [TestCase(2_000_000, "2M")]
    public void A_tick_is_short(double value, string expected) => Assert.That(ChartScale.Label(value), Is.EqualTo(expected));

    [Test]
    public void A_line_is_not_drawn_through_a_gap_and_a_lone_value_is_a_dot()
    {
        var drawing = LineChart.Render(Text, ["a", "b", "c", "d", "e"], new ChartSeries("S", [1, 2, null, null, 3])).ToString();

        var path = Regex.Match(drawing, "class=\"l0\" d=\"([^\"]+)\"").Groups[1].Value;
        Assert.That(path.Count(letter => letter == 'M'), Is.EqualTo(2));
        Assert.That(path.Count(letter => letter == 'L'), Is.EqualTo(1));
        Assert.That(Regex.Count(drawing, "<circle"), Is.EqualTo(1));
    }

    [Test]
    public void Unknown_values_are_stated_and_not_drawn()
    {
        string[] drawings =
        [
            LineChart.Render(Text, ["a", "b"], new ChartSeries("S", [null, null])).ToString(),
            ColumnChart.Render(Text, ["a"], new ChartSeries("S", [0])).ToString(),
            BarChart.Render(Text, [], new ChartSeries("S", [])).ToString(),
            ShareChart.Render(Text, [], new ChartSeries("S", [])).ToString(),
        ];

        Assert.That(drawings, Is.All.Contain("Nothing to draw.").And.All.Not.Contain("<svg"));
    }

    [Test]
    public void The_arcs_of_a_ring_are_adjacent_and_close_it()
    {
        var svg = Svg(ShareChart.Render(Text, ["A", "B", "C"], new ChartSeries("Orders", [50, 25, 25])).ToString());

        var turns = svg.Elements().Where(element => element.Name.LocalName == "circle")
            .Select(circle => circle.Attribute("transform")!.Value.Split('(', ' ')[1]);
        Assert.That(turns, Is.EqualTo(new[] { "-90", "90", "180" }));
        Assert.That(svg.Value, Does.Contain("A: 50 %").And.Contain("C: 25 %").And.Contain("100"));
    }

    [Test]
    public void Every_chart_has_a_title_a_summary_and_the_same_figures_as_a_table()
    {
        var html = BarChart.Render(Text, ["KROGER_API"], new ChartSeries("P50", [120]), new ChartSeries("P95", [980])).ToString();
        var svg = Svg(html);

        Assert.That(svg.Attribute("role")!.Value, Is.EqualTo("img"));
        Assert.That(svg.Attribute("aria-labelledby")!.Value, Is.EqualTo("c-t c-d"));
        Assert.That(svg.Elements().First().Value, Is.EqualTo("A chart"));
        Assert.That(svg.Elements().ElementAt(1).Value, Does.Contain("P50: last 120 ms").And.Contain("P95: last 980 ms"));
        Assert.That(html, Does.Contain("<td role=\"cell\" class=\"number\" data-label=\"P95\">980 ms</td>"));
    }

    [Test]
    public void A_name_is_text_and_numbers_ignore_the_culture_of_the_machine()
    {
        using var culture = new CultureScope("de-DE");

        var svg = Svg(LineChart.Render(Text, ["<b>", "x", "y"], new ChartSeries("</svg><script>", [1.25, 2.5, 3.75])).ToString());

        Assert.That(svg.Value, Does.Contain("</svg><script>").And.Contain("<b>"));
        Assert.That(svg.ToString(), Does.Not.Match("[0-9],[0-9]"));
    }

    /// <summary>The drawing, which is well-formed XML.</summary>
    private static XElement Svg(string html) => XElement.Parse(Regex.Match(html, "<svg.*?</svg>", RegexOptions.Singleline).Value);
}
