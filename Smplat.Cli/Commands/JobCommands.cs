using System.CommandLine;
using System.Globalization;
using System.Text.Json;
namespace Smplat.Cli.Commands;

/// <summary><c>smplat jobs</c>: the job ledger and manual runs, through the app that runs the jobs.</summary>
public sealed class JobCommands : ICommandModule
{
    private static readonly Argument<string> Job = new("job") { Description = "Id of the job; smplat jobs list shows them." };

    private static readonly Option<string?> OnlyJob = new("--job") { Description = "Only runs of this job." };

    private static readonly Option<int> Limit = new("--limit") { Description = "Maximum number of runs, 1 to 200.", DefaultValueFactory = _ => 50 };

    private static readonly Option<bool> EvenIfDisabled = new("--even-if-disabled") { Description = "Run the job even if it is disabled." };

    public void AddTo(RootCommand root)
    {
        Job.CompletionSources.Add(JobIds.All);
        OnlyJob.CompletionSources.Add(JobIds.All);
        var jobs = new Command("jobs", "Scheduled jobs: state, history and manual runs.");
        jobs.Subcommands.Add(Make("list", "List all jobs with their state.", "smplat jobs list", ListAsync));
        jobs.Subcommands.Add(Make("history", "List runs, newest first.", "smplat jobs history --job weekly-digest --limit 20", HistoryAsync, OnlyJob, Limit));
        jobs.Subcommands.Add(Make(
            "run",
            "Run a job now.",
            "smplat jobs run onboarding-nudges --triggered-by on-call",
            (parsed, token) => RunAsync(parsed, "run", token),
            Job,
            AppJob.TriggeredBy,
            EvenIfDisabled));
        jobs.Subcommands.Add(Make(
            "restart",
            "Take over a job's lease, clear its error and run it now.",
            "smplat jobs restart hosted-session-recovery --triggered-by on-call",
            (parsed, token) => RunAsync(parsed, "restart", token),
            Job,
            AppJob.TriggeredBy));
        root.Subcommands.Add(jobs);
    }

    private static CliCommand Make(
        string name, string description, string example, Func<ParseResult, CancellationToken, Task<int>> work, params Symbol[] symbols)
    {
        var command = new CliCommand(name, description, example) { ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
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
        return parsed.Show(answer, JobTable(answer));
    }

    private static TextTable JobTable(JsonElement answer)
    {
        var table = new TextTable("There are no jobs.", "job", "enabled", "#runs", "#failed", "#in a row", "last success", "~about");
        foreach (var job in answer.GetProperty("jobs").EnumerateArray())
        {
            var state = job.GetProperty("state");
            table.Add(
                job.Text("id"),
                job.GetProperty("enabled").GetBoolean() ? "yes" : "no",
                state.Text("runs"),
                state.Text("run_failures"),
                state.Text("consecutive_run_failures"),
                state.Text("last_success_at"),
                state.Text("last_error") is { Length: > 0 } error ? $"error: {error}" : job.Text("purpose"));
        }

        return table;
    }

    private static async Task<int> HistoryAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var filter = parsed.GetValue(OnlyJob) is { } job ? $"&job_id={Uri.EscapeDataString(job)}" : "";
        var answer = await api.GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"/api/v1/operators/job-runs?limit={parsed.GetValue(Limit)}{filter}"), cancellationToken);
        return parsed.Show(answer, RunTable(answer));
    }

    private static TextTable RunTable(JsonElement answer)
    {
        var table = new TextTable("There are no such runs.", "started", "job", "by", "status", "~result", "trace");
        foreach (var run in answer.GetProperty("runs").EnumerateArray())
        {
            table.Add(
                run.Text("started_at"),
                run.Text("job_id"),
                run.Text("triggered_by"),
                Status(run),
                run.Text("error") is { Length: > 0 } error ? $"error: {error}" : JobSummary.Format(run.GetProperty("summary")),
                run.Text("trace_id"));
        }

        return table;
    }

    private static string Status(JsonElement run) =>
        run.GetProperty("attempt").GetInt32() is > 1 and var attempt ? $"{run.Text("status")}, attempt {attempt}" : run.Text("status");

    private static async Task<int> RunAsync(ParseResult parsed, string verb, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var answer = await api.PostAsync(
            $"/api/v1/operators/jobs/{Uri.EscapeDataString(parsed.GetValue(Job)!)}/{verb}",
            new { triggered_by = parsed.GetValue(AppJob.TriggeredBy), even_if_disabled = parsed.GetValue(EvenIfDisabled) },
            cancellationToken);
        return ShowOutcome(parsed, answer);
    }

    /// <summary>Shows the outcome of a run; the exit code says whether it was completed.</summary>
    internal static int ShowOutcome(ParseResult parsed, JsonElement answer)
    {
        var status = answer.GetProperty("status").GetString();
        return parsed.Show(
            answer,
            $"{parsed.GetValue(Job)} {status}{About(answer)}{Retry(answer)}.",
            status == "completed" ? 0 : CommandLine.Failed);
    }

    private static string About(JsonElement answer) =>
        answer.Text("error") is { Length: > 0 } error ? $": {error.TrimEnd('.')}"
        : answer.TryGetProperty("summary", out var summary) && JobSummary.Format(summary) is { Length: > 0 } facts ? $": {facts}"
        : "";

    private static string Retry(JsonElement answer) =>
        answer.Text("next_attempt_at") is { Length: > 0 } next ? $"; next attempt at {next}" : "";
}

/// <summary>The summary of a run as text for people; zero, false and empty values are left out.</summary>
public static class JobSummary
{
    public static string Format(JsonElement summary)
    {
        if (summary.ValueKind != JsonValueKind.Object)
        {
            return "";
        }

        string[] words = [.. summary.EnumerateObject().Where(entry => !IsEmpty(entry.Value)).Select(entry => $"{entry.Name.Replace('_', ' ')} {Word(entry.Value)}")];
        return words.Length > 0 ? string.Join(", ", words) : "nothing to do";
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number => value.GetDouble() == 0,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.EnumerateObject().All(entry => IsEmpty(entry.Value)),
        _ => false,
    };

    private static string Word(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "yes",
        JsonValueKind.Array => string.Join(' ', value.EnumerateArray().Select(Word)),
        JsonValueKind.Object => $"({Format(value)})",
        _ => value.ToString(),
    };
}
