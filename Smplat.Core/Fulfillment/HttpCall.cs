using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Resilience;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>The call that a task's <c>execution</c> describes, with all templates filled.</summary>
internal sealed partial record HttpCall(
    HttpMethod Method, Uri Url, IReadOnlyList<(string Name, string Value)> Headers, JsonNode? Body, bool IsForm, TimeSpan Timeout)
{
    private const double DefaultSeconds = 30;

    // Set by us or by the connection.
    private static readonly string[] Reserved =
        ["host", "content-length", "transfer-encoding", "connection", "idempotency-key", "traceparent"];

    /// <exception cref="TemplateException">The description is not a valid call.</exception>
    public static HttpCall Read(JsonObject execution, JsonObject context, int maxSeconds)
    {
        var url = Template.RenderText(execution["url"], context).Trim();
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new TemplateException("The execution has no absolute url of http or https.");
        }

        var form = execution["form"];
        var seconds = Math.Clamp(Number(execution["timeout_seconds"]) ?? DefaultSeconds, 0.1, maxSeconds);
        return new(
            ReadMethod(execution["method"], context),
            WithQuery(address, Members(execution["query"] ?? execution["params"], context)),
            [.. Members(execution["headers"], context).Where(header => !Reserved.Contains(header.Name.ToLowerInvariant()))],
            Template.Render(form ?? execution["body"], context),
            form is not null,
            TimeSpan.FromSeconds(seconds));
    }

    public HttpRequestMessage ToRequest(Guid taskId, string? traceparent)
    {
        var request = new HttpRequestMessage(Method, Url) { Content = Content() };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", taskId.ToString());
        if (traceparent is not null)
        {
            request.Headers.TryAddWithoutValidation("traceparent", traceparent);
        }

        foreach (var (name, value) in Headers)
        {
            if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) && request.Content is { } content)
            {
                content.Headers.Remove(name);
                content.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    private HttpContent? Content() => Body switch
    {
        null => null,
        JsonObject members when IsForm => new FormUrlEncodedContent(
            members.Select(member => KeyValuePair.Create(member.Key, Template.ToText(member.Value)))),
        JsonObject or JsonArray => new StringContent(
            Body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json", "utf-8")),
        _ => new StringContent(Template.ToText(Body), Encoding.UTF8),
    };

    private static HttpMethod ReadMethod(JsonNode? method, JsonObject context)
    {
        var name = method is null ? "POST" : Template.RenderText(method, context).Trim().ToUpperInvariant();
        return MethodName().IsMatch(name) ? new(name) : throw new TemplateException("The execution's method is not an HTTP method.");
    }

    private static IEnumerable<(string Name, string Value)> Members(JsonNode? node, JsonObject context) =>
        Template.Render(node, context) is JsonObject members
            ? members.Where(member => member.Value is not null).Select(member => (member.Key, SingleLine(Template.ToText(member.Value))))
            : [];

    /// <summary>A line break could start another header.</summary>
    private static string SingleLine(string text) => text.AsSpan().ContainsAny('\r', '\n')
        ? throw new TemplateException("A header or query value must not contain a line break.")
        : text;

    private static Uri WithQuery(Uri url, IEnumerable<(string Name, string Value)> query)
    {
        var added = string.Join('&', query.Select(
            entry => $"{Uri.EscapeDataString(entry.Name)}={Uri.EscapeDataString(entry.Value)}"));
        return added.Length == 0
            ? url
            : new UriBuilder(url) { Query = url.Query.Length > 1 ? $"{url.Query[1..]}&{added}" : added }.Uri;
    }

    private static double? Number(JsonNode? node) => node is JsonValue value
        ? value.TryGetValue<double>(out var number) ? number
            : double.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number) ? number
            : null
        : null;

    [GeneratedRegex("^[A-Z]{3,10}$")]
    private static partial Regex MethodName();
}

/// <summary>Makes the HTTP calls of tasks: with a timeout, and only to addresses that are allowed.</summary>
internal sealed class GuardedHttp(IOptionsMonitor<ExecutionOptions> options, OutgoingHttp outgoing, TimeProvider clock) : IDisposable
{
    private readonly HttpClient _fromData = Client(outgoing.Handler(
        "FULFILLMENT_ALLOW_PRIVATE_NETWORKS", () => options.CurrentValue.AllowPrivateNetworks));

    private readonly HttpClient _fromSettings = Client(outgoing.HandlerForSettings());

    /// <summary>For addresses from task data: the host must be on the allow list, and its address must not be private.</summary>
    /// <param name="secrets">Values that must not be stored with the result.</param>
    /// <exception cref="TemplateException">The host is not allowed.</exception>
    public Task<CallResult> CallAsync(
        HttpRequestMessage request, TimeSpan timeout, IReadOnlyList<string> secrets, CancellationToken cancellationToken) =>
        HostPolicy.Refuse(request.RequestUri!, options.CurrentValue.AllowedHosts) is { } refusal
            ? throw new TemplateException(refusal)
            : CallAsync(_fromData, request, timeout, secrets, cancellationToken);

    /// <summary>For addresses that operators configured.</summary>
    public Task<CallResult> CallConfiguredAsync(
        HttpRequestMessage request, TimeSpan timeout, IReadOnlyList<string> secrets, CancellationToken cancellationToken) =>
        CallAsync(_fromSettings, request, timeout, secrets, cancellationToken);

    public void Dispose()
    {
        _fromData.Dispose();
        _fromSettings.Dispose();
    }

    private async Task<CallResult> CallAsync(
        HttpClient client,
        HttpRequestMessage request,
        TimeSpan timeout,
        IReadOnlyList<string> secrets,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var started = clock.GetTimestamp();
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        return await CallResult.ReadAsync(response, clock.GetElapsedTime(started), secrets, clock.GetUtcNow(), limit.Token);
    }

    // Every call has its own timeout.
    private static HttpClient Client(HttpMessageHandler handler) => new(handler) { Timeout = Timeout.InfiniteTimeSpan };
}

/// <summary>Which hosts tasks may call.</summary>
internal static class HostPolicy
{
    /// <returns>Why the address may not be called; null when it may.</returns>
    public static string? Refuse(Uri url, IReadOnlyCollection<string> allowedHosts) =>
        !url.IsAbsoluteUri || url.Scheme is not ("http" or "https") ? "Only http and https URLs can be called."
        : url.UserInfo.Length > 0 ? "A URL must not contain a user or password."
        : allowedHosts.Any(allowed => Matches(url.IdnHost, allowed)) ? null
        : $"The host {url.IdnHost} is not in FULFILLMENT_ALLOWED_HOSTS.";

    private static bool Matches(string host, string allowed) => allowed.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase) && host.Length > allowed.Length - 1
        : host.Equals(allowed, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Which HTTP statuses mean success, and which failures are permanent.</summary>
internal static class StatusPolicy
{
    /// <param name="execution">Its <c>success_statuses</c>, else <c>success_status_min</c> and <c>_max</c>, else 2xx.</param>
    public static bool IsSuccess(int status, JsonObject execution)
    {
        if (execution["success_statuses"] is JsonArray { Count: > 0 } statuses)
        {
            return statuses.Any(entry => ToInteger(entry) == status);
        }

        var min = ToInteger(execution["success_status_min"]);
        var max = ToInteger(execution["success_status_max"]);
        return status >= (min ?? 200) && status <= (max ?? 299);
    }

    /// <summary>True when repeating the call cannot help: client errors, except those that may go away with time.</summary>
    public static bool IsPermanent(HttpStatusCode status) =>
        (int)status is >= 300 and < 500
        and not (int)HttpStatusCode.RequestTimeout
        and not (int)HttpStatusCode.Conflict
        and not 425
        and not (int)HttpStatusCode.TooManyRequests;

    internal static int? ToInteger(JsonNode? node) => node is JsonValue value
        ? value.TryGetValue<int>(out var number) ? number
            : value.TryGetValue<string>(out var text) && int.TryParse(text, out var parsed) ? parsed
            : null
        : null;
}

/// <summary>
/// The result of a call, as far as it is stored. The status decides whether the call succeeded, never the body: a body that is
/// broken off, or is no JSON that Postgres stores, is kept as text.
/// </summary>
/// <param name="Response">JSON or text, capped and redacted.</param>
internal sealed record CallResult(HttpStatusCode Status, TimeSpan Duration, JsonNode? Response, string Preview, TimeSpan? RetryAfter)
{
    private const int MaxBytes = 16 * 1024;
    private const int MaxPreview = 512;

    private static readonly string[] SecretWords =
        ["password", "secret", "token", "authorization", "api_key", "apikey", "api-key", "credential"];

    public static async Task<CallResult> ReadAsync(
        HttpResponseMessage response,
        TimeSpan duration,
        IReadOnlyList<string> secrets,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var text = Hide(await ReadTextAsync(response, cancellationToken), secrets);
        var json = StorableJson.TryParse(text);
        Redact(json);
        var preview = Redaction.Redact(json?.ToJsonString() ?? text, MaxPreview);
        return new(
            response.StatusCode,
            duration,
            json ?? (text.Length == 0 ? null : JsonValue.Create(preview)),
            preview,
            RetryAfterHeader.Read(response.Headers.RetryAfter, now));
    }

    /// <summary>The text without the secrets.</summary>
    public static string Hide(string text, IReadOnlyList<string> secrets) =>
        secrets.Aggregate(text, (hidden, secret) => hidden.Replace(secret, "***", StringComparison.Ordinal));

    private static async Task<string> ReadTextAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBytes];
        var count = 0;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (count < MaxBytes && await body.ReadAsync(buffer.AsMemory(count), cancellationToken) is > 0 and var read)
            {
                count += read;
            }
        }
        catch (Exception problem) when (
            problem is HttpRequestException or IOException or InvalidDataException or OperationCanceledException)
        {
            // The status has arrived; what came of the body is kept.
        }

        return SafeText.Clean(Encoding.UTF8.GetString(buffer, 0, count)).TrimStart('\uFEFF');
    }

    private static void Redact(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var name in members.Select(member => member.Key).ToArray())
                {
                    if (SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)))
                    {
                        members[name] = "***";
                    }
                    else
                    {
                        Redact(members[name]);
                    }
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Redact(item);
                }

                break;
        }
    }
}

/// <summary>Classifies failures of calls, and describes them without secrets.</summary>
internal static class CallFailure
{
    internal static bool IsTemporary(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException or SocketException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    internal static string Describe(Exception exception, IReadOnlyList<string> secrets) => exception is OperationCanceledException
        ? "The call timed out."
        : Text(exception.Message, secrets);

    internal static string Text(string message, IReadOnlyList<string> secrets) =>
        Redaction.Redact(CallResult.Hide(message, secrets));
}
