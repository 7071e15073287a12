using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary>Options of commands that call a running app over HTTP.</summary>
public static class ApiOptions
{
    public static readonly Option<string?> BaseUrl = new("--base-url")
    {
        Description = "URL of the app. Default: the app running from this checkout, else http://localhost:7071.",
    };

    public static readonly Option<string?> ApiKey = new("--api-key")
    {
        Description = "API key to send. Default: OPERATOR_API_KEY, else CHECKOUT_API_KEY, from the environment.",
    };

    public static readonly Option<double> Timeout = new("--timeout")
    {
        Description = "Seconds to wait for a response.",
        DefaultValueFactory = _ => 10,
    };

    /// <exception cref="UsageException">The URL or the timeout is invalid.</exception>
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

    /// <summary>An empty variable counts as not set: workflows pass one when a secret is missing.</summary>
    private static string? Set(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}

/// <summary>Calls a running app. Every failure becomes an exception whose message has the request and the response.</summary>
public sealed class ApiClient : IDisposable
{
    public const string NoKey = "An API key is required: pass --api-key or set CHECKOUT_API_KEY.";

    private readonly HttpClient _http;

    public ApiClient(Uri origin, string? key, TimeSpan timeout)
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = origin, Timeout = timeout };
        HasKey = key is not null;
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Add("X-API-Key", key);
        }
    }

    /// <summary>Whether the caller gave a key; some checks skip what needs one.</summary>
    public bool HasKey { get; }

    public Uri Origin => _http.BaseAddress!;

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, cancellationToken);

    public Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, body, cancellationToken);

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        var content = await ReadAsync(method, path, body, cancellationToken);
        try
        {
            return content.Length == 0 ? default : JsonDocument.Parse(content).RootElement;
        }
        catch (JsonException)
        {
            throw new HttpRequestException($"{method} {new Uri(Origin, path)} returned a response that is not JSON; does --base-url point to the app?");
        }
    }

    /// <summary>The response body as received.</summary>
    public async Task<byte[]> ReadAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var content = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return response.IsSuccessStatusCode
                ? content
                : throw new HttpRequestException($"{method} {request.RequestUri} returned {(int)response.StatusCode}: {Reason(content)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"{method} {request.RequestUri} did not respond within {_http.Timeout.TotalSeconds:0.#} s.");
        }
    }

    /// <summary>Sends a request as it is, with the key, for callers that need headers or the status.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _http.SendAsync(request, cancellationToken);

    public void Dispose() => _http.Dispose();

    private static string Reason(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.TryGetProperty("detail", out var detail)
                ? detail.ToString()
                : document.RootElement.ToString();
        }
        catch (JsonException)
        {
            return "no reason given";
        }
    }
}

/// <summary>Members of the app's JSON as text for people; what is missing or null is empty, and instants are to the second.</summary>
internal static class JsonText
{
    public static string Text(this JsonElement element, string member) =>
        element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null ? ""
        : member.EndsWith("_at", StringComparison.Ordinal) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var instant)
            ? instant.ToString("u", CultureInfo.InvariantCulture)
            : value.ToString();

    /// <summary>The same, escaped for a table cell.</summary>
    public static string Cell(this JsonElement element, string member) => Markup.Escape(element.Text(member));
}
