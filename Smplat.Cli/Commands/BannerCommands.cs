using System.CommandLine;
using System.Text.Json;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat banner</c>: the incident banner that operators show each other.</summary>
public sealed class BannerCommands : ICommandModule
{
    private const string Path = "/api/v1/operators/banner";

    private static readonly Argument<string> Message = new("message") { Description = "Text to show, at most 500 characters." };

    private static readonly Option<string> Severity = new("--severity")
    {
        Description = "Severity: info, warning or critical.",
        DefaultValueFactory = _ => "info",
    };

    private static readonly Option<string> SetBy = new("--by") { Description = "Who sets it.", DefaultValueFactory = _ => Environment.UserName };

    private static readonly Option<string> ClearedBy = new("--by") { Description = "Who clears it.", DefaultValueFactory = _ => Environment.UserName };

    private static readonly Option<string?> Reason = new("--reason") { Description = "How the incident ended, at most 500 characters; recorded with the name." };

    private static readonly Option<string?> Reference = new("--reference") { Description = "A trace, span or ticket id." };

    public void AddTo(RootCommand root)
    {
        var set = new CliCommand(
            "set",
            "Set or replace the banner.",
            "smplat banner set \"Kroger is disabled until its outage ends\" --severity warning --reference INC-7")
        {
            Message, Severity, SetBy, Reference, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        set.SetWork(SetAsync);
        var clear = new CliCommand("clear", "Clear the banner.", "smplat banner clear")
        {
            Reason, ClearedBy, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        clear.SetWork(ClearAsync);
        var show = new CliCommand("show", "Show the current banner, if any.", "smplat banner show --json") { ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        show.SetWork(ShowAsync);
        root.Subcommands.Add(new Command("banner", "The incident banner.") { set, show, clear });
    }

    private static async Task<int> SetAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var answer = await api.SendAsync(
            HttpMethod.Put,
            Path,
            new
            {
                message = parsed.GetValue(Message),
                severity = parsed.GetValue(Severity),
                set_by = parsed.GetValue(SetBy),
                reference = parsed.GetValue(Reference),
            },
            cancellationToken);
        return parsed.Show(answer, "The banner is set.");
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var answer = await api.GetAsync(Path, cancellationToken);
        var banner = answer.GetProperty("banner");
        return parsed.Show(
            answer,
            banner.ValueKind == JsonValueKind.Null
                ? "No banner is set."
                : $"{banner.GetProperty("severity")}: {banner.GetProperty("message")} ({banner.GetProperty("set_by")}, {banner.GetProperty("set_at")})");
    }

    private static async Task<int> ClearAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var reason = parsed.GetValue(Reason) is { } text ? $"&reason={Uri.EscapeDataString(text)}" : "";
        await api.SendAsync(HttpMethod.Delete, $"{Path}?actor={Uri.EscapeDataString(parsed.GetValue(ClearedBy)!)}{reason}", null, cancellationToken);
        return parsed.Show(new { banner = (object?)null }, "No banner is set.");
    }
}
