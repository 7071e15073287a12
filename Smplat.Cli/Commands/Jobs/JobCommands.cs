using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Smplat.Cli.Commands.Api;
using Spectre.Console;

namespace Smplat.Cli.Commands.Jobs;

/// <summary><c>smplat jobs</c>: the ledger, and runs by hand, through the app that runs them.</summary>
public sealed class JobCommands : ICommandModule
{
    private const int WidthForTraces = 160;

    private static readonly Argument<string> Job = new("job") { Description = "Id of the job; see smplat jobs list." };

    private static readonly Option<string?> OnlyJob = new("--job") { Description = "Only the runs of this job." };

    private static readonly Option<int> Limit = new("--limit") { Description = "Most runs, 1 to 200.", DefaultValueFactory = _ => 50 };

    private static readonly Option<string> TriggeredBy = new("--triggered-by")
    {
        Description = "Who runs it; kept in the ledger.",
        DefaultValueFactory = _ => "manual",
    };

    private static readonly Option<bool> EvenIfDisabled = new("--even-if-disabled") { Description = "Run a job whose switch is off." };

    public void AddTo(RootCommand root)
    {
        var jobs = new Command("jobs", "Timers: what they did, and runs by hand.");
        jobs.Subcommands.Add(Make("list", "All jobs with their standing figures.", ListAsync));
        jobs.Subcommands.Add(Make("history", "Runs, newest first.", HistoryAsync, OnlyJob, Limit));
        jobs.Subcommands.Add(Make("run", "Run a job at once.", (parsed, token) => RunAsync(parsed, "run", token), Job, TriggeredBy, EvenIfDisabled));
        jobs.Subcommands.Add(Make(
            "restart",
            "Take a job from whoever holds it, clear its error and run it.",
            (parsed, token) => RunAsync(parsed, "restart", token),
            Job,
            TriggeredBy));
        root.Subcommands.Add(jobs);
    }

    private static Command Make(
        string name, string description, Func<ParseResult, CancellationToken, Task<int>> work, params Symbol[] symbols)
    {
        var command = new Command(name, description) { ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)symbol);
            }
        }

        command.SetWork(work);
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var answer = await api.GetAsync("/api/v1/operators/jobs", cancellationToken);
        return parsed.Show(answer, () => PrintJobs(answer));
    }

    private static void PrintJobs(JsonElement answer)
    {
        var table = new Table().AddColumns(Whole("job"), new("on"), new("runs"), new("failed"), new("in a row"), Whole("last success"), new("error, or what it does"));
        foreach (var job in answer.GetProperty("jobs").EnumerateArray())
        {
            var state = job.GetProperty("state");
            table.AddRow(
                Markup.Escape(job.GetProperty("id").GetString()!),
                job.GetProperty("enabled").GetBoolean() ? "[green]yes[/]" : "[grey]no[/]",
                Text(state, "runs"),
                Text(state, "run_failures"),
                Text(state, "consecutive_run_failures"),
                Text(state, "last_success_at"),
                Text(state, "last_error") is { Length: > 0 } error ? $"[red]{error}[/]" : $"[grey]{Text(job, "purpose")}[/]");
        }

        AnsiConsole.Write(table);
    }

    private static async Task<int> HistoryAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var filter = parsed.GetValue(OnlyJob) is { } job ? $"&job_id={Uri.EscapeDataString(job)}" : "";
        var answer = await api.GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"/api/v1/operators/job-runs?limit={parsed.GetValue(Limit)}{filter}"), cancellationToken);
        return parsed.Show(answer, () => PrintRuns(answer));
    }

    private static void PrintRuns(JsonElement answer)
    {
        // On a narrow terminal the trace stands below its result, so that it is never broken and can be copied.
        var isWide = AnsiConsole.Profile.Width >= WidthForTraces;
        var table = new Table().AddColumns(Whole("started"), Whole("job"), new("by"), Whole("status"), new("result"));
        if (isWide)
        {
            table.AddColumn(Whole("trace"));
        }

        foreach (var run in answer.GetProperty("runs").EnumerateArray())
        {
            var trace = Text(run, "trace_id");
            var result = Text(run, "error") is { Length: > 0 } error ? $"[red]{error}[/]" : Markup.Escape(JobSummary.Tell(run.GetProperty("summary")));
            string[] cells = [Text(run, "started_at"), Text(run, "job_id"), Text(run, "triggered_by"), Status(run)];
            table.AddRow(isWide ? [.. cells, result, trace] : [.. cells, trace.Length == 0 ? result : $"{result}\n[grey]{trace}[/]"]);
        }

        AnsiConsole.Write(table);
    }

    private static string Status(JsonElement run) =>
        run.GetProperty("attempt").GetInt32() is > 1 and var attempt ? $"{Text(run, "status")}, try {attempt}" : Text(run, "status");

    private static TableColumn Whole(string name) => new TableColumn(name).NoWrap();

    private static async Task<int> RunAsync(ParseResult parsed, string verb, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var answer = await api.PostAsync(
            $"/api/v1/operators/jobs/{Uri.EscapeDataString(parsed.GetValue(Job)!)}/{verb}",
            new { triggered_by = parsed.GetValue(TriggeredBy), even_if_disabled = parsed.GetValue(EvenIfDisabled) },
            cancellationToken);
        var status = answer.GetProperty("status").GetString();
        return parsed.Show(
            answer,
            $"{status} {Plain(answer, "summary")}{Plain(answer, "error")}{Retry(answer)}".TrimEnd(),
            status == "completed" ? 0 : CommandLine.Failed);
    }

    private static string Retry(JsonElement answer) =>
        Plain(answer, "next_attempt_at") is { Length: > 0 } next ? $"; tried again at {next}" : "";

    private static string Text(JsonElement element, string member) => Markup.Escape(Plain(element, member));

    /// <summary>A member as text; instants to the second.</summary>
    private static string Plain(JsonElement element, string member) =>
        element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null ? ""
        : member.EndsWith("_at", StringComparison.Ordinal) && value.TryGetDateTimeOffset(out var instant)
            ? instant.ToString("u", CultureInfo.InvariantCulture)
            : value.ToString();
}
