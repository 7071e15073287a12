using System.CommandLine;
using System.Text.Json.Nodes;

namespace Smplat.Cli.Commands;

/// <summary>
/// Asks the app to run one of its jobs: with the app's settings, at most once at a time, and recorded in its history. It
/// refuses while readiness reports an error of another component, or the job is disabled, unless forced.
/// </summary>
internal static class AppJob
{
    public static readonly Option<bool> Force = new("--force", "--skip-readiness")
    {
        Description = "Run even if readiness reports an error, or the job is disabled.",
    };

    public static readonly Option<string> TriggeredBy = new("--triggered-by")
    {
        Description = "Who starts the run; recorded in the ledger.",
        DefaultValueFactory = _ => "manual",
    };

    /// <summary>Seconds to wait: less than the 230 after which the platform ends a request.</summary>
    public static readonly Option<double> Timeout = new("--timeout")
    {
        Description = "Seconds to wait for the end of the run.",
        DefaultValueFactory = _ => 220,
    };

    /// <summary>Makes a command run a job of the app.</summary>
    /// <param name="own">The readiness component of the job itself, which is ignored: the run may fix its error.</param>
    /// <param name="arguments">Options whose values the job takes, by the name of the job's parameter.</param>
    public static void RunsJob(this CliCommand command, string jobId, string own, params (string Name, Option<int?> Option)[] arguments)
    {
        AddOptions(command);
        command.SetWork((parsed, cancellationToken) => RunAsync(
            parsed, jobId, own, arguments.ToDictionary(argument => argument.Name, argument => parsed.GetValue(argument.Option)), cancellationToken));
    }

    public static void AddOptions(Command command)
    {
        foreach (var option in (Option[])[TriggeredBy, Force, ApiOptions.BaseUrl, ApiOptions.ApiKey, Timeout])
        {
            command.Options.Add(option);
        }
    }

    public static async Task<int> RunAsync(
        ParseResult parsed, string jobId, string own, IReadOnlyDictionary<string, int?> arguments, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed, Timeout);
        var isForced = parsed.GetValue(Force);
        if (!isForced && await RefuseAsync(api, own, cancellationToken) is { } refusal)
        {
            return CliCommand.Fail(refusal);
        }

        var body = new JsonObject { ["triggered_by"] = parsed.GetValue(TriggeredBy), ["even_if_disabled"] = isForced };
        foreach (var (name, value) in arguments)
        {
            if (value is { } number)
            {
                body[name] = number;
            }
        }

        return JobCommands.ShowOutcome(parsed, await api.PostAsync($"/api/v1/operators/jobs/{jobId}/run", body, cancellationToken));
    }

    private static async Task<string?> RefuseAsync(ApiClient api, string own, CancellationToken cancellationToken)
    {
        var report = await api.GetAsync("/api/v1/health/readyz", cancellationToken);
        string[] broken =
        [
            .. from component in report.GetProperty("components").EnumerateObject()
               where component.Name != own && component.Value.Text("status") == "error"
               select $"{component.Name} ({component.Value.Text("detail")})",
        ];
        return broken.Length == 0 ? null : $"Readiness reports errors: {string.Join("; ", broken)}. Fix them, or use --force.";
    }
}
