using System.CommandLine;
using System.Text;
using Smplat.Cli.Commands.Api;

namespace Smplat.Cli.Commands.Export;

/// <summary><c>smplat export catalog-insights</c>: what people search for, from a running app.</summary>
internal static class ExportCatalogInsights
{
    private static readonly Option<int> TopN = new("--top-n") { Description = "Entries of each ranking, 1 to 10.", DefaultValueFactory = _ => 5 };

    private static readonly Option<string> Format = new("--format") { Description = "json or md.", DefaultValueFactory = _ => "json" };

    private static readonly Option<string> Output = new("--output") { Description = "File, or - for standard output.", DefaultValueFactory = _ => "-" };

    public static Command Build()
    {
        Format.AcceptOnlyFromAmong("json", "md");
        var command = new CommandWithExamples(
            "catalog-insights",
            "What people search for and do not find. Needs a key.",
            "smplat export catalog-insights --format md",
            "smplat export catalog-insights --base-url https://api.example.com --top-n 10 --output insights.json")
        {
            ApiOptions.BaseUrl, ApiOptions.ApiKey, TopN, Format, Output, ApiOptions.Timeout,
        };
        command.SetWork(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(TopN) is < 1 or > 10)
        {
            throw new UsageException("--top-n must be between 1 and 10.");
        }

        using var api = ApiOptions.Connect(parsed);
        if (!api.HasKey)
        {
            throw new UsageException("A key is required: give --api-key or set CHECKOUT_API_KEY.");
        }

        var snapshot = await api.GetAsync("/api/v1/observability/catalog-search", cancellationToken);
        var insights = CatalogInsights.Read(snapshot, parsed.GetValue(TopN));
        var text = parsed.GetValue(Format) == "md" && !parsed.IsJson() ? insights.ToMarkdown() : insights.ToJson();
        await using var target = ExportTarget.Open(parsed.GetValue(Output)!);
        await using (var writer = new StreamWriter(target.Stream, new UTF8Encoding(false)))
        {
            await writer.WriteAsync(text.AsMemory(), cancellationToken);
        }

        target.Complete();
        return 0;
    }
}
