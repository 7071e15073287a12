using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Smplat.Cli.Commands.Export;

/// <summary>The figures of catalogue search that merchandisers read.</summary>
internal sealed record CatalogInsights(
    CatalogInsights.TotalCounts Totals,
    CatalogInsights.Rates Metrics,
    IReadOnlyList<CatalogInsights.QueryCount> TrendingQueries,
    IReadOnlyList<CatalogInsights.QueryCount> ZeroResultQueries,
    CatalogInsights.Facts Metadata)
{
    private static readonly JsonSerializerOptions Snake = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal sealed record TotalCounts(long Searches, long ZeroResults);

    internal sealed record Rates(double ZeroResultsRate, double AverageResultsPerSearch);

    internal sealed record QueryCount(string Query, long Count);

    /// <param name="SampleSize">Recent searches that the app remembers one by one.</param>
    internal sealed record Facts(int SampleSize, string? LastSearchAt);

    public static CatalogInsights Read(JsonElement snapshot, int top)
    {
        var totals = snapshot.GetProperty("totals");
        var metrics = snapshot.GetProperty("metrics");
        var events = snapshot.GetProperty("events");
        return new CatalogInsights(
            new(totals.GetProperty("searches").GetInt64(), totals.GetProperty("zero_results").GetInt64()),
            new(metrics.GetProperty("zero_results_rate").GetDouble(), metrics.GetProperty("average_results_per_search").GetDouble()),
            Rank(snapshot.GetProperty("queries"), top),
            Rank(snapshot.GetProperty("zero_result_queries"), top),
            new(events.GetProperty("recent").GetArrayLength(), events.GetProperty("last_search_at").GetString()));
    }

    public string ToJson() => JsonSerializer.Serialize(this, Snake) + "\n";

    public string ToMarkdown()
    {
        var text = new StringBuilder("# Catalogue search insights\n\n")
            .Append(CultureInfo.InvariantCulture, $"- Searches: {Totals.Searches}\n")
            .Append(CultureInfo.InvariantCulture, $"- Without results: {Totals.ZeroResults}\n")
            .Append(CultureInfo.InvariantCulture, $"- Share without results: {Metrics.ZeroResultsRate * 100:F1} %\n")
            .Append(CultureInfo.InvariantCulture, $"- Results per search: {Metrics.AverageResultsPerSearch:F2}\n")
            .Append(CultureInfo.InvariantCulture, $"- Last search: {Metadata.LastSearchAt ?? "-"}\n");
        AppendTable(text, "Trending queries", TrendingQueries);
        AppendTable(text, "Queries without results", ZeroResultQueries);
        return text.ToString();
    }

    private static QueryCount[] Rank(JsonElement counts, int top) =>
    [
        .. counts.EnumerateObject()
            .Select(entry => new QueryCount(entry.Name, entry.Value.GetInt64()))
            .OrderByDescending(entry => entry.Count)
            .ThenBy(entry => entry.Query, StringComparer.Ordinal)
            .Take(top),
    ];

    private static void AppendTable(StringBuilder text, string title, IReadOnlyList<QueryCount> rows)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n| # | Query | Count |\n| --- | --- | --- |\n");
        for (var index = 0; index < rows.Count; index++)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {index + 1} | {Cell(rows[index].Query)} | {rows[index].Count} |\n");
        }

        if (rows.Count == 0)
        {
            text.Append("| - | - | - |\n");
        }
    }

    private static string Cell(string query) => query
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("|", "\\|", StringComparison.Ordinal)
        .ReplaceLineEndings(" ");
}
