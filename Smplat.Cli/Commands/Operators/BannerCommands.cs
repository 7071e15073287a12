using System.CommandLine;
using Smplat.Cli.Commands.Api;

namespace Smplat.Cli.Commands.Operators;

/// <summary><c>smplat banner</c>: the notice that operators put up for one another.</summary>
public sealed class BannerCommands : ICommandModule
{
    private const string Path = "/api/v1/operators/banner";

    private static readonly Argument<string> Message = new("message") { Description = "What others should know, at most 500 characters." };

    private static readonly Option<string> Severity = new("--severity")
    {
        Description = "info, warning or critical.",
        DefaultValueFactory = _ => "info",
    };

    private static readonly Option<string> SetBy = new("--by") { Description = "Who puts it up.", DefaultValueFactory = _ => Environment.UserName };

    private static readonly Option<string?> Reference = new("--reference") { Description = "A trace, span or ticket." };

    public void AddTo(RootCommand root)
    {
        var set = new Command("set", "Put up the banner, or replace it.")
        {
            Message, Severity, SetBy, Reference, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        set.SetWork(SetAsync);
        var clear = new Command("clear", "Take the banner down.") { ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        clear.SetWork(ClearAsync);
        root.Subcommands.Add(new Command("banner", "The incident banner.") { set, clear });
    }

    private static async Task<int> SetAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        await api.SendAsync(
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
        Console.WriteLine("The banner is up.");
        return 0;
    }

    private static async Task<int> ClearAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        await api.SendAsync(HttpMethod.Delete, Path, null, cancellationToken);
        Console.WriteLine("No banner is up.");
        return 0;
    }
}
