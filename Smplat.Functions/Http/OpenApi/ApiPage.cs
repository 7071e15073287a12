using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Smplat.Core.Observability;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>A readable page over the same catalogue: no script, nothing from elsewhere.</summary>
public sealed class ApiPage(ApiCatalog catalog)
{
    public const string Policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Lazy<string> _html = new(() => Render(catalog));

    public string Html => _html.Value;

    private static string Render(ApiCatalog catalog)
    {
        var tags = catalog.Operations.GroupBy(operation => operation.Operation.Tag).OrderBy(tag => tag.Key, StringComparer.Ordinal).ToArray();
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Smplat API</title><style>")
            .Append(ApiPageStyle.Css)
            .Append("</style></head><body><header><h1>Smplat API</h1><p>Version ")
            .Append(Text(SmplatTelemetry.Version))
            .Append(" · ")
            .Append(catalog.Operations.Count)
            .Append(" operations · <a href=\"/api/openapi.json\">OpenAPI 3.1 document</a></p><p>Keyed routes take ")
            .Append("<code>X-API-Key: …</code> or <code>Authorization: Bearer …</code>.</p><nav>");
        foreach (var tag in tags)
        {
            html.Append("<a href=\"#").Append(Text(tag.Key)).Append("\">").Append(Text(tag.Key)).Append("</a>");
        }

        html.Append("</nav></header><main>");
        foreach (var tag in tags)
        {
            html.Append("<section id=\"").Append(Text(tag.Key)).Append("\"><h2>").Append(Text(tag.Key)).Append("</h2>");
            foreach (var operation in tag)
            {
                RenderOperation(html, operation);
            }

            html.Append("</section>");
        }

        return html.Append("</main></body></html>").ToString();
    }

    private static void RenderOperation(StringBuilder html, ApiOperation operation)
    {
        html.Append("<details><summary><span class=\"method ").Append(operation.Method.ToLowerInvariant()).Append("\">")
            .Append(operation.Method).Append("</span> <code>").Append(Text(operation.Path)).Append("</code><span class=\"what\">")
            .Append(Text(operation.Operation.Summary)).Append("</span><span class=\"scope\">")
            .Append(operation.Scope is { } scope ? scope.ToString().ToLowerInvariant() + " key" : "open").Append("</span></summary><div>");
        if (operation.Operation.Description is { } description)
        {
            html.Append("<p>").Append(Text(description)).Append("</p>");
        }

        if (operation.Rate is { } rate)
        {
            html.Append("<p>Anonymous callers share the limit <em>").Append(rate.ToString().ToLowerInvariant()).Append("</em>.</p>");
        }

        RenderParameters(html, operation);
        RenderBody(html, operation);
        RenderAnswers(html, operation);
        html.Append("</div></details>");
    }

    private static void RenderParameters(StringBuilder html, ApiOperation operation)
    {
        if (operation.Query.Count == 0)
        {
            return;
        }

        html.Append("<h3>Query</h3><dl>");
        foreach (var parameter in operation.Query)
        {
            html.Append("<dt><code>").Append(Text(parameter.Name)).Append("</code></dt><dd>").Append(Text(parameter.Description)).Append("</dd>");
        }

        html.Append("</dl>");
    }

    private static void RenderBody(StringBuilder html, ApiOperation operation)
    {
        if (operation.Body is not { } body)
        {
            return;
        }

        html.Append("<h3>Body</h3>");
        if (body.Example is { } example)
        {
            Pre(html, JsonNode.Parse(example)!);
        }

        html.Append("<details class=\"schema\"><summary>Schema</summary>");
        Pre(html, JsonSchemas.Of(body.Type, body.Naming));
        html.Append("</details>");
    }

    private static void RenderAnswers(StringBuilder html, ApiOperation operation)
    {
        html.Append("<h3>Answers</h3>");
        foreach (var answer in operation.Answers)
        {
            html.Append("<p><strong>").Append(answer.Status).Append("</strong> ").Append(Text(answer.Description ?? "")).Append("</p>");
            if (answer.Type is { } type)
            {
                html.Append("<details class=\"schema\"><summary>Schema</summary>");
                Pre(html, JsonSchemas.Of(type, answer.Naming));
                html.Append("</details>");
            }
        }
    }

    private static void Pre(StringBuilder html, JsonNode json) =>
        html.Append("<pre>").Append(Text(json.ToJsonString(Indented))).Append("</pre>");

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
