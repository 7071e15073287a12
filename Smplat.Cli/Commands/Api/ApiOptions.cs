using System.CommandLine;

namespace Smplat.Cli.Commands.Api;

/// <summary>Options of commands that speak to a running app over HTTP.</summary>
public static class ApiOptions
{
    public static readonly Option<string?> BaseUrl = new("--base-url")
    {
        Description = "Origin of the app. Default: the app that runs from this checkout, else http://localhost:7071.",
    };

    public static readonly Option<string?> ApiKey = new("--api-key")
    {
        Description = "Key to show. Default: OPERATOR_API_KEY, else CHECKOUT_API_KEY, from the environment.",
    };

    public static readonly Option<double> Timeout = new("--timeout")
    {
        Description = "Seconds to wait for an answer.",
        DefaultValueFactory = _ => 10,
    };

    /// <exception cref="UsageException">The origin is not a URL, or the time is not positive.</exception>
    public static ApiClient Connect(ParseResult parsed)
    {
        var configuration = CliConfiguration.Build(null);
        var origin = parsed.GetValue(BaseUrl) ?? Set(configuration["API_BASE_URL"]) ?? "http://localhost:7071";
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new UsageException($"--base-url must be an http or https URL, not \"{origin}\".");
        }

        if (parsed.GetValue(Timeout) is var seconds && !(seconds > 0 && seconds <= 3600))
        {
            throw new UsageException("--timeout must be between 0 and 3600 seconds.");
        }

        var key = parsed.GetValue(ApiKey) ?? Set(configuration["OPERATOR_API_KEY"]) ?? Set(configuration["CHECKOUT_API_KEY"]);
        return new ApiClient(url, string.IsNullOrWhiteSpace(key) ? null : key, TimeSpan.FromSeconds(parsed.GetValue(Timeout)));
    }

    /// <summary>An empty variable counts as none: workflows pass one where a secret is missing.</summary>
    private static string? Set(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
