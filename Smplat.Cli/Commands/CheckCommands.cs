using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat check observability</c>: a gate for deploys. Exit code 0 passed, 1 a limit was exceeded or the app failed, 2 usage error.</summary>
public sealed class CheckCommands : ICommandModule
{
    private const string Prefix = "[check-observability]";

    private static readonly Option<long> MaxDeadLettered = Limit("--max-fulfillment-dead-lettered", "Maximum dead letters.");
    private static readonly Option<long> MaxFailed = Limit("--max-fulfillment-failed", "Maximum failed attempts.");
    private static readonly Option<long> MaxCheckout = Limit("--max-payment-checkout-failures", "Maximum failed checkouts.");
    private static readonly Option<long> MaxWebhook = Limit("--max-payment-webhook-failures", "Maximum failed webhooks.");
    private static readonly Option<bool> SkipCatalog = new("--skip-catalog") { Description = "Skip the check of catalog searches." };

    private static readonly Option<double> MaxZeroRate = new("--max-catalog-zero-results-rate")
    {
        Description = "Maximum share of searches without results, 0 to 1.",
        DefaultValueFactory = _ => 0.2,
    };

    private static readonly Option<long> MinSample = new("--catalog-min-sample-size")
    {
        Description = "Minimum number of searches before the share is checked.",
        DefaultValueFactory = _ => 10,
    };

    private static readonly Option<FileInfo?> Baseline = new("--baseline")
    {
        Description = "File that keeps the figures from which the increase of the counters is measured. Default: one for each app, in the user's data folder.",
    };

    private static readonly Option<bool> Accept = new("--accept") { Description = "Start a new baseline now, after the increase was reviewed." };

    private static readonly Option<bool> RequireKey = new("--require-key") { Description = "Fail if the app needs a key and none is given, instead of skipping the checks that need one." };

    public void AddTo(RootCommand root)
    {
        var observability = new CliCommand(
            "observability",
            "Compare what is open now, and the increase of the counters since the last passed check, with limits; a gate for deploys.",
            "smplat check observability --require-key --baseline before.json",
            "smplat check observability --max-fulfillment-failed 5 --max-catalog-zero-results-rate 0.3")
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
        var isLetIn = await api.IsLetInAsync(cancellationToken);
        if (!isLetIn && parsed.GetValue(RequireKey))
        {
            return CliCommand.Fail(ApiClient.NoKey);
        }

        var limits = new ObservabilityLimits(
            parsed.GetValue(MaxDeadLettered), parsed.GetValue(MaxFailed), parsed.GetValue(MaxCheckout), parsed.GetValue(MaxWebhook),
            parsed.GetValue(MaxZeroRate), parsed.GetValue(MinSample));
        var (figures, notes) = await ReadAsync(api, isLetIn, parsed.GetValue(SkipCatalog), cancellationToken);
        var baseline = ObservabilityBaseline.Open(parsed.GetValue(Baseline), api.Origin);
        var now = TimeProvider.System.GetUtcNow();
        var compared = baseline.Compare(figures, now, parsed.GetValue(Accept), notes);
        notes.AddRange(ObservabilityPolicy.Notes(compared, limits));
        var lines = ObservabilityPolicy.Compare(compared, limits).ToArray();
        string[] breaches = [.. lines.Where(line => line.IsBreach).Select(line => line.Text)];
        if (breaches.Length == 0 && parsed.GetValue(Baseline) is null)
        {
            baseline.Write(figures, now);
        }

        return parsed.Show(
            new { passed = breaches.Length == 0, figures = compared, breaches, notes },
            () => Print(lines, notes),
            breaches.Length == 0 ? 0 : CommandLine.Failed);
    }

    private static async Task<(ObservabilityFigures Figures, List<string> Notes)> ReadAsync(
        ApiClient api, bool isLetIn, bool skipCatalog, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        var figures = new ObservabilityFigures().WithFulfillment(
            await api.GetAsync("/api/v1/fulfillment/observability", cancellationToken));
        if (!isLetIn)
        {
            notes.Add("payments and catalog: skipped, no key");
            return (figures, notes);
        }

        figures = figures.WithPayments(await api.GetAsync("/api/v1/payments/observability", cancellationToken));
        if (skipCatalog)
        {
            notes.Add("catalog: skipped");
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

/// <summary>
/// The figures from which the gate measures the increase of the counters, in a file of its own. The gate's own file moves on
/// with every check that passes, and is renewed after a day, so that a failure that was dealt with does not keep it red; a
/// file given with <c>--baseline</c> stays as it is until <c>--accept</c>.
/// </summary>
internal sealed class ObservabilityBaseline
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);
    private static readonly JsonSerializerOptions Naming = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly FileInfo _file;
    private readonly bool _isOwn;

    private ObservabilityBaseline(FileInfo file, bool isOwn) => (_file, _isOwn) = (file, isOwn);

    /// <param name="given">The file of the command line; null for the gate's own.</param>
    public static ObservabilityBaseline Open(FileInfo? given, Uri app)
    {
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        var name = string.Create(CultureInfo.InvariantCulture, $"observability-{app.IdnHost.Replace(':', '-')}-{app.Port}.json");
        return new(given ?? new(Path.Combine(folder.Length > 0 ? folder : Path.GetTempPath(), "smplat", name)), given is null);
    }

    /// <returns>The figures as they are judged.</returns>
    /// <exception cref="UsageException">A given file is not one that this command wrote.</exception>
    public ObservabilityFigures Compare(ObservabilityFigures figures, DateTimeOffset now, bool isAccepted, List<string> notes)
    {
        if (!isAccepted && Read() is { Figures: { } earlier } kept && !(_isOwn && now - kept.At > MaxAge))
        {
            return figures.Since(earlier);
        }

        Write(figures, now);
        notes.Add($"baseline written to {_file.FullName}");
        return figures.Since(figures);
    }

    public void Write(ObservabilityFigures figures, DateTimeOffset now)
    {
        _file.Directory?.Create();
        File.WriteAllText(_file.FullName, JsonSerializer.Serialize(new Kept(now, figures), Naming));
    }

    private Kept? Read()
    {
        if (!File.Exists(_file.FullName))
        {
            return null;
        }

        try
        {
            var kept = JsonSerializer.Deserialize<Kept>(File.ReadAllText(_file.FullName), Naming);
            return kept?.Figures is not null || _isOwn ? kept : throw new JsonException();
        }
        catch (JsonException) when (_isOwn)
        {
            return null;
        }
        catch (JsonException)
        {
            throw new UsageException($"--baseline {_file.FullName} is not a file that this command wrote.");
        }
    }

    private sealed record Kept(DateTimeOffset At, ObservabilityFigures? Figures);
}

/// <summary>The figures that the check compares, from the observability routes.</summary>
public sealed record ObservabilityFigures
{
    /// <summary>Dead letters that are open now.</summary>
    public long DeadLettered { get; init; }

    public long Failed { get; init; }

    /// <summary>Null when payments were not read because no key was given.</summary>
    public long? CheckoutFailures { get; init; }

    public long? WebhookFailures { get; init; }

    /// <summary>Null when the catalog was not read.</summary>
    public long? Searches { get; init; }

    public double? ZeroResultsRate { get; init; }

    /// <summary>Counters as their increase since an earlier reading; what is open now, and rates, are taken as they are.</summary>
    public ObservabilityFigures Since(ObservabilityFigures earlier) => this with
    {
        Failed = Math.Max(0, Failed - earlier.Failed),
        CheckoutFailures = CheckoutFailures is { } checkout ? Math.Max(0, checkout - (earlier.CheckoutFailures ?? checkout)) : null,
        WebhookFailures = WebhookFailures is { } webhook ? Math.Max(0, webhook - (earlier.WebhookFailures ?? webhook)) : null,
    };

    public ObservabilityFigures WithFulfillment(JsonElement body)
    {
        var totals = body.GetProperty("totals");
        return this with
        {
            DeadLettered = (body.TryGetProperty("open_dead_letters", out var open) ? open : totals.GetProperty("dead_lettered")).GetInt64(),
            Failed = totals.GetProperty("failed").GetInt64(),
        };
    }

    public ObservabilityFigures WithPayments(JsonElement body) => this with
    {
        CheckoutFailures = body.GetProperty("checkout").GetProperty("totals").GetProperty("failed").GetInt64(),
        WebhookFailures = body.GetProperty("webhooks").GetProperty("totals").GetProperty("failed")
            .EnumerateObject().Sum(type => type.Value.GetInt64()),
    };

    public ObservabilityFigures WithCatalog(JsonElement body) => this with
    {
        Searches = body.GetProperty("totals").GetProperty("searches").GetInt64(),
        ZeroResultsRate = body.GetProperty("metrics").GetProperty("zero_results_rate").GetDouble(),
    };
}

/// <summary>The limits. Only a figure above its limit is a breach.</summary>
/// <param name="CatalogZeroResultsRate">Share of searches without results; checked once there are <paramref name="CatalogMinSample"/> searches.</param>
public sealed record ObservabilityLimits(
    long FulfillmentDeadLettered,
    long FulfillmentFailed,
    long CheckoutFailures,
    long WebhookFailures,
    double CatalogZeroResultsRate,
    long CatalogMinSample);

/// <summary>Compares figures with limits, in the order of the report.</summary>
public static class ObservabilityPolicy
{
    public static IEnumerable<string> Breaches(ObservabilityFigures figures, ObservabilityLimits limits) =>
        Compare(figures, limits).Where(line => line.IsBreach).Select(line => line.Text);

    /// <summary>Every figure that is checked, with its limit.</summary>
    public static IEnumerable<(string Text, bool IsBreach)> Compare(ObservabilityFigures figures, ObservabilityLimits limits)
    {
        yield return Count("fulfillment dead letters", figures.DeadLettered, limits.FulfillmentDeadLettered);
        yield return Count("fulfillment failures", figures.Failed, limits.FulfillmentFailed);
        if (figures.CheckoutFailures is { } checkout)
        {
            yield return Count("checkout failures", checkout, limits.CheckoutFailures);
        }

        if (figures.WebhookFailures is { } webhook)
        {
            yield return Count("webhook failures", webhook, limits.WebhookFailures);
        }

        if (figures.ZeroResultsRate is { } rate && figures.Searches >= limits.CatalogMinSample)
        {
            yield return (
                string.Create(CultureInfo.InvariantCulture, $"catalog searches without results: {rate:0.###} (limit {limits.CatalogZeroResultsRate:0.###})"),
                rate > limits.CatalogZeroResultsRate);
        }
    }

    private static (string Text, bool IsBreach) Count(string what, long count, long limit) =>
        (string.Create(CultureInfo.InvariantCulture, $"{what}: {count} (limit {limit})"), count > limit);

    /// <summary>Figures that are not checked, and why.</summary>
    public static IEnumerable<string> Notes(ObservabilityFigures figures, ObservabilityLimits limits)
    {
        if (figures.Searches is { } searches && searches < limits.CatalogMinSample)
        {
            yield return $"catalog: insufficient_data, {searches} of {limits.CatalogMinSample} searches";
        }
    }
}
