using System.CommandLine;
using Smplat.Cli.Commands.Api;

namespace Smplat.Cli.Commands.Check;

/// <summary><c>smplat check observability</c>: a gate for deploys. Exit code 0 passed, 1 a limit was broken or the app failed, 2 used wrongly.</summary>
public sealed class CheckCommands : ICommandModule
{
    private const string Prefix = "[check-observability]";

    private static readonly Option<long> MaxDeadLettered = Limit("--max-fulfillment-dead-lettered", "Dead letters that are allowed.");
    private static readonly Option<long> MaxFailed = Limit("--max-fulfillment-failed", "Failed attempts that are allowed.");
    private static readonly Option<long> MaxCheckout = Limit("--max-payment-checkout-failures", "Failed checkouts that are allowed.");
    private static readonly Option<long> MaxWebhook = Limit("--max-payment-webhook-failures", "Failed webhooks that are allowed.");
    private static readonly Option<bool> SkipCatalog = new("--skip-catalog") { Description = "Do not look at catalogue searches." };

    private static readonly Option<double> MaxZeroRate = new("--max-catalog-zero-results-rate")
    {
        Description = "Share of searches without a result that is allowed, 0 to 1.",
        DefaultValueFactory = _ => 0.2,
    };

    private static readonly Option<long> MinSample = new("--catalog-min-sample-size")
    {
        Description = "Searches from which on the share counts.",
        DefaultValueFactory = _ => 10,
    };

    private static readonly Option<FileInfo?> Baseline = new("--baseline")
    {
        Description = "File that keeps the figures from which the increase of the counters is measured. Default: one for each app, in the user's data folder.",
    };

    private static readonly Option<bool> Accept = new("--accept") { Description = "Start a new baseline now, after the increase was looked at." };

    private static readonly Option<bool> RequireKey = new("--require-key") { Description = "Fail without a key, instead of leaving out what needs one." };

    public void AddTo(RootCommand root)
    {
        var observability = new Command("observability", "Compare what is open now, and the increase of the counters since the last passed check, with limits; a gate for deploys.")
        {
            ApiOptions.BaseUrl, ApiOptions.ApiKey, MaxDeadLettered, MaxFailed, MaxCheckout, MaxWebhook, SkipCatalog, MaxZeroRate,
            MinSample, ApiOptions.Timeout, Baseline, Accept, RequireKey,
        };
        observability.SetWork(CheckAsync);
        root.Subcommands.Add(new Command("check", "Gates for deploys.") { observability });
    }

    private static async Task<int> CheckAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        if (!api.HasKey && parsed.GetValue(RequireKey))
        {
            return CliCommand.Fail("A key is required: give --api-key or set CHECKOUT_API_KEY.", CommandLine.Failed);
        }

        var limits = new ObservabilityLimits(
            parsed.GetValue(MaxDeadLettered), parsed.GetValue(MaxFailed), parsed.GetValue(MaxCheckout), parsed.GetValue(MaxWebhook),
            parsed.GetValue(MaxZeroRate), parsed.GetValue(MinSample));
        var (figures, notes) = await ReadAsync(api, parsed.GetValue(SkipCatalog), cancellationToken);
        var baseline = ObservabilityBaseline.Open(parsed.GetValue(Baseline), api.Origin);
        var now = TimeProvider.System.GetUtcNow();
        var judged = baseline.Compare(figures, now, parsed.GetValue(Accept), notes);
        notes.AddRange(ObservabilityPolicy.Notes(judged, limits));
        var lines = ObservabilityPolicy.Judge(judged, limits).ToArray();
        string[] breaches = [.. lines.Where(line => line.IsBreach).Select(line => line.Text)];
        if (breaches.Length == 0 && parsed.GetValue(Baseline) is null)
        {
            baseline.Write(figures, now);
        }

        return parsed.Show(
            new { passed = breaches.Length == 0, figures = judged, breaches, notes },
            () => Print(lines, notes),
            breaches.Length == 0 ? 0 : CommandLine.Failed);
    }

    private static async Task<(ObservabilityFigures Figures, List<string> Notes)> ReadAsync(
        ApiClient api, bool skipCatalog, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        var figures = new ObservabilityFigures().WithFulfillment(
            await api.GetAsync("/api/v1/fulfillment/observability", cancellationToken));
        if (!api.HasKey)
        {
            notes.Add("payments and catalogue: skipped, no key");
            return (figures, notes);
        }

        figures = figures.WithPayments(await api.GetAsync("/api/v1/payments/observability", cancellationToken));
        if (skipCatalog)
        {
            notes.Add("catalogue: skipped");
            return (figures, notes);
        }

        return (figures.WithCatalog(await api.GetAsync("/api/v1/observability/catalog-search", cancellationToken)), notes);
    }

    private static void Print((string Text, bool IsBreach)[] lines, List<string> notes)
    {
        foreach (var note in notes)
        {
            Console.WriteLine($"{Prefix} {note}");
        }

        foreach (var (text, isBreach) in lines)
        {
            Console.WriteLine($"{Prefix} {(isBreach ? "BREACH" : "ok")} {text}");
        }

        Console.WriteLine($"{Prefix} {(lines.Any(line => line.IsBreach) ? "failed" : "passed")}");
    }

    private static Option<long> Limit(string name, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => 0 };
}
