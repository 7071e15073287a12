using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Smplat.Tests.Support;

/// <summary>
/// docs/requests.http as an editor reads it: variables (<c>@key = local</c>), named calls (<c># @name order</c>) and values from
/// their answers (<c>{{order.response.body.$.id}}</c>). A section without a request says in a comment why there is none.
/// </summary>
internal sealed partial class RequestsFile
{
    private readonly Dictionary<string, string> _variables = [];
    private readonly Dictionary<string, JsonElement> _answers = [];

    private RequestsFile(IReadOnlyList<FileCall> calls) => Calls = calls;

    public IReadOnlyList<FileCall> Calls { get; }

    public static RequestsFile Read()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "requests.http")).ReplaceLineEndings("\n");
        var sections = text.Split("\n### ");
        var file = new RequestsFile([.. sections.Skip(1).Select(FileCall.Parse)]);
        foreach (var match in Variable().Matches(text).Cast<Match>())
        {
            file._variables[match.Groups["name"].Value] = match.Groups["value"].Value.Trim();
        }

        return file;
    }

    /// <summary>Sends a call with the values of the answers so far, and keeps its own answer if it has a name.</summary>
    public async Task<(HttpStatusCode Status, string Body, bool IsOfTheApp)> SendAsync(HttpClient client, FileCall call)
    {
        using var request = new HttpRequestMessage(new HttpMethod(call.Method!), Fill(call.Url!)["{{host}}".Length..]);
        if (call.Body.Length > 0)
        {
            request.Content = new StringContent(Fill(call.Body), Encoding.UTF8);
            request.Content.Headers.ContentType = null;
        }

        foreach (var (name, value) in call.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, Fill(value)))
            {
                request.Content!.Headers.TryAddWithoutValidation(name, Fill(value));
            }
        }

        using var answer = await client.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        if (call.VariableName is { } variable && body.StartsWith('{') | body.StartsWith('['))
        {
            _answers[variable] = JsonDocument.Parse(body).RootElement;
        }

        // The headers are the app's: the host's own answers have none.
        return (answer.StatusCode, body, answer.Headers.Contains("X-Content-Type-Options"));
    }

    /// <summary>Whether the call needs something that no answer so far has.</summary>
    public bool IsUnknown(FileCall call) => Fill(call.Url!).Contains("unknown", StringComparison.Ordinal);

    private string Fill(string text) => Reference().Replace(text, match =>
    {
        var reference = match.Groups["reference"].Value;
        return reference == "host" ? "{{host}}"
            : _variables.TryGetValue(reference, out var value) ? value
            : ValueOf(reference) ?? "unknown";
    });

    private string? ValueOf(string reference)
    {
        var parts = reference.Split(".response.body.$", 2);
        if (parts.Length != 2 || !_answers.TryGetValue(parts[0], out var value))
        {
            return null;
        }

        foreach (var step in Step().Matches(parts[1]).Cast<Match>())
        {
            if (step.Groups["index"] is { Success: true, Value: var index })
            {
                var at = int.Parse(index, CultureInfo.InvariantCulture);
                if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= at)
                {
                    return null;
                }

                value = value[at];
            }
            else if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(step.Groups["member"].Value, out value))
            {
                return null;
            }
        }

        return value.ToString();
    }

    [GeneratedRegex("^@(?<name>[A-Za-z]+) *= *(?<value>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\{\{(?<reference>[^}]+)\}\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\.(?<member>[A-Za-z_]+)|\[(?<index>\d+)\]", RegexOptions.ExplicitCapture)]
    private static partial Regex Step();
}

/// <summary>One section of the file.</summary>
/// <param name="Name">The operation.</param>
/// <param name="VariableName">Under which later calls name its answer.</param>
/// <param name="Method">Null for a section that only says why there is no call.</param>
internal sealed record FileCall(
    string Name, string? VariableName, string? Method, string? Url, IReadOnlyList<(string Name, string Value)> Headers, string Body)
{
    internal static FileCall Parse(string section)
    {
        var lines = section.Split('\n');
        var name = lines[0].Split(':')[0];
        var variable = lines.FirstOrDefault(line => line.StartsWith("# @name ", StringComparison.Ordinal))?["# @name ".Length..].Trim();
        string[] rest = [.. lines.Skip(1).Where(line => !line.StartsWith('#')).SkipWhile(line => line.Length == 0)];
        if (rest.Length == 0)
        {
            return new(name, variable, null, null, [], "");
        }

        var start = rest[0].Split(' ', 2);
        var headers = rest.Skip(1).TakeWhile(line => line.Length > 0).Select(line => line.Split(": ", 2)).ToArray();
        return new(
            name, variable, start[0], start[1], [.. headers.Select(header => (header[0], header[1]))],
            string.Join('\n', rest.Skip(1 + headers.Length)).Trim());
    }
}
