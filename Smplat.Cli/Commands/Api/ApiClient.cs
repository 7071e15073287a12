using System.Net.Http.Json;
using System.Text.Json;

namespace Smplat.Cli.Commands.Api;

/// <summary>Speaks to a running app. Every failure becomes an exception whose text says what was asked and what came back.</summary>
public sealed class ApiClient : IDisposable
{
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

    public bool HasKey { get; }

    public Uri Origin => _http.BaseAddress!;

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    public async Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellationToken) =>
        await SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) }, cancellationToken);

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken) =>
        await SendAsync(
            new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) }, cancellationToken);

    /// <summary>The answer as it came, for what is no JSON or is kept unread.</summary>
    public async Task<byte[]> ReadAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken) =>
        await ReadAsync(
            new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) }, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Parse(await ReadAsync(request, cancellationToken), request);

    private async Task<byte[]> ReadAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            try
            {
                using var answer = await _http.SendAsync(request, cancellationToken);
                var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
                return answer.IsSuccessStatusCode
                    ? body
                    : throw new HttpRequestException($"{request.Method} {request.RequestUri} answered {(int)answer.StatusCode}: {Reason(body)}");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new HttpRequestException($"{request.Method} {request.RequestUri} did not answer within {_http.Timeout.TotalSeconds:0.#} s.");
            }
        }
    }

    private static JsonElement Parse(byte[] body, HttpRequestMessage request)
    {
        if (body.Length == 0)
        {
            return default;
        }

        try
        {
            return JsonDocument.Parse(body).RootElement;
        }
        catch (JsonException)
        {
            throw new HttpRequestException($"{request.Method} {request.RequestUri} answered something that is not JSON; is it this app?");
        }
    }

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
            return "no reason given.";
        }
    }
}
