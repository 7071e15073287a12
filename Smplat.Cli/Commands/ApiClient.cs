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

    /// <param name="timeout">The option with the time to wait; null for <see cref="Timeout"/>.</param>
    /// <exception cref="UsageException">The URL or the timeout is invalid.</exception>
    public static ApiClient Connect(ParseResult parsed, Option<double>? timeout = null)
    {
        var configuration = CliConfiguration.Build(null);
        var origin = parsed.GetValue(BaseUrl) ?? Set(configuration["API_BASE_URL"]) ?? "http://localhost:7071";
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new UsageException($"--base-url must be an http or https URL, not \"{origin}\".");
        }

        if (parsed.GetValue(timeout ?? Timeout) is var seconds && !(seconds > 0 && seconds <= 3600))
        {
            throw new UsageException("--timeout must be between 0 and 3600 seconds.");
        }

        var key = parsed.GetValue(ApiKey) ?? Set(configuration["OPERATOR_API_KEY"]) ?? Set(configuration["CHECKOUT_API_KEY"]);
        return new ApiClient(url, string.IsNullOrWhiteSpace(key) ? null : key, TimeSpan.FromSeconds(seconds));
    }

    /// <summary>An empty variable counts as not set: workflows pass one when a secret is missing.</summary>
    private static string? Set(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}

/// <summary>The app refused a request or failed.</summary>
public sealed class ApiException(string message, int status) : HttpRequestException(message)
{
    public int Status => status;

    /// <summary>The arguments are wrong, in the app's words.</summary>
    public bool IsUsageError => status is 400 or 422;
}

/// <summary>Calls a running app. Every failure becomes an exception whose message is one sentence for people.</summary>
public sealed class ApiClient : IDisposable
{
    public const string NoKey = "The app needs an API key: pass --api-key, or set OPERATOR_API_KEY or CHECKOUT_API_KEY.";

    private readonly HttpClient _http;
    private readonly bool _hasKey;

    public ApiClient(Uri origin, string? key, TimeSpan timeout)
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = origin, Timeout = timeout };
        _hasKey = key is not null;
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Add("X-API-Key", key);
        }
    }

    public Uri Origin => _http.BaseAddress!;

    /// <summary>Whether the app answers this caller's requests: one with a key, or any caller where a local app has no key.</summary>
    public async Task<bool> IsLetInAsync(CancellationToken cancellationToken)
    {
        if (_hasKey)
        {
            return true;
        }

        try
        {
            await GetAsync("/api/v1/payments/observability", cancellationToken);
            return true;
        }
        catch (ApiException refusal) when (refusal.Status is 401 or 403)
        {
            return false;
        }
    }

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
    public Task<byte[]> ReadAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) }, cancellationToken);

    /// <summary>Sends a request as it is, and disposes of it.</summary>
    public async Task<byte[]> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var request = message;
        using var response = await AskAsync(request, cancellationToken);
        var content = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return response.IsSuccessStatusCode ? content : throw Refusal(request, (int)response.StatusCode, content);
    }

    /// <summary>The answer to a request that is sent as it is, whatever its status.</summary>
    public async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"{request.Method} {request.RequestUri} did not respond within {_http.Timeout.TotalSeconds:0.#} s.");
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            throw new HttpRequestException(
                $"No app answers at {Origin.GetLeftPart(UriPartial.Authority)}: start one with \"dotnet run --project Smplat.Functions\", or name another with --base-url.",
                exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private ApiException Refusal(HttpRequestMessage request, int status, byte[] content)
    {
        var reason = Reason(content);
        return new(
            status switch
            {
                401 when !_hasKey => NoKey,
                401 or 403 => $"The app refuses this API key ({status}): {reason}",
                400 or 404 or 409 or 422 => reason,
                _ => $"{request.Method} {request.RequestUri} returned {status}: {reason}",
            },
            status);
    }

    private static string Reason(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var reason = document.RootElement switch
            {
                { ValueKind: not JsonValueKind.Object } => "",
                var root when root.TryGetProperty("detail", out var detail) => Words(detail),
                var root when root.TryGetProperty("error", out var error) => error.ValueKind == JsonValueKind.Object ? error.Text("message") : error.ToString(),
                _ => "",
            };
            return reason.Length > 0 ? reason : "no reason given";
        }
        catch (JsonException)
        {
            return "no reason given";
        }
    }

    /// <summary>The reason of a refusal: a sentence, or a list of fields with what is wrong about each.</summary>
    private static string Words(JsonElement detail) => detail.ValueKind switch
    {
        JsonValueKind.Array => string.Join("; ", detail.EnumerateArray().Select(Words)),
        JsonValueKind.Object when detail.TryGetProperty("loc", out var place) && place.ValueKind == JsonValueKind.Array =>
            $"{string.Join('.', place.EnumerateArray().Skip(1).Select(part => part.ToString()))}: {detail.Text("msg")}".TrimStart(':', ' '),
        JsonValueKind.Object => detail.Text("message") is { Length: > 0 } message ? message : detail.Text("msg"),
        _ => detail.ToString(),
    };
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

/// <summary>Facts about one thing as aligned lines; an empty fact is left out.</summary>
internal sealed class FactList : IEnumerable<(string Name, string Value)>
{
    private const int Gap = 2;

    private readonly List<(string Name, string Value)> _facts = [];

    public void Add(string name, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value))
        {
            _facts.Add((name, value));
        }
    }

    public void Write()
    {
        var column = _facts.Max(fact => fact.Name.Length) + Gap;
        foreach (var (name, value) in _facts)
        {
            var head = $"{name}:".PadRight(column);
            foreach (var line in TextTable.Wrap(value.ReplaceLineEndings(" "), Terminal.Out.Profile.Width - column))
            {
                Console.WriteLine(head + line);
                head = new string(' ', column);
            }
        }
    }

    public IEnumerator<(string Name, string Value)> GetEnumerator() => _facts.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Paths of the app with their query; a value that is null is left out.</summary>
internal static class ApiPath
{
    public static string Of(string path, params (string Name, object? Value)[] query)
    {
        var pairs = query
            .Select(pair => (pair.Name, Text: Text(pair.Value)))
            .Where(pair => pair.Text is not null)
            .Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Text!)}");
        var text = string.Join('&', pairs);
        return text.Length == 0 ? path : $"{path}?{text}";
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        DateTimeOffset instant => instant.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
