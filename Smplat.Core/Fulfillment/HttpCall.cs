using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Smplat.Core.Fulfillment;

/// <summary>A call as a task's <c>execution</c> describes it, with all templates filled.</summary>
public sealed partial record HttpCall(
    HttpMethod Method, Uri Url, IReadOnlyList<(string Name, string Value)> Headers, JsonNode? Body, bool IsForm, TimeSpan Timeout)
{
    private const double DefaultSeconds = 30;

    // Ours to set, or the connection's.
    private static readonly string[] Reserved =
        ["host", "content-length", "transfer-encoding", "connection", "idempotency-key", "traceparent"];

    /// <exception cref="TemplateException">The description cannot be made into a call.</exception>
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

    /// <summary>A line break in a header could begin another one.</summary>
    private static string SingleLine(string text) => text.AsSpan().ContainsAny('\r', '\n')
        ? throw new TemplateException("A header or query value must not hold a line break.")
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
