using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>A form sent by a browser, read by the same readers as JSON bodies. Empty fields count as missing.</summary>
public sealed class OpsForm
{
    private const string MediaType = "application/x-www-form-urlencoded";

    private const int MaxFields = 64;

    private const int MaxNameLength = 64;

    private readonly Dictionary<string, object> _members;

    private OpsForm(Dictionary<string, object> members) => _members = members;

    /// <summary>The text of a field; null when it is missing or repeated.</summary>
    public string? this[string name] => _members.GetValueOrDefault(name) as string;

    /// <summary>Any other content type reads as an empty form, which has no token.</summary>
    /// <exception cref="UnreadableBodyException">The form has more than 64 fields, or a name of more than 64 characters.</exception>
    public static async Task<OpsForm> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var bytes = await request.ReadBytesAsync(cancellationToken);
        if (request.ContentType?.StartsWith(MediaType, StringComparison.OrdinalIgnoreCase) != true)
        {
            return new([]);
        }

        var members = new Dictionary<string, object>();
        foreach (var (name, values) in Parse(Encoding.UTF8.GetString(bytes.Span)))
        {
            if (values is [{ } single])
            {
                if (!string.IsNullOrWhiteSpace(single))
                {
                    members[name] = single.Trim();
                }
            }
            else
            {
                members[name] = values.ToArray();
            }
        }

        return new(members);
    }

    private static Dictionary<string, StringValues> Parse(string text)
    {
        try
        {
            using var reader = new FormReader(text)
            {
                ValueCountLimit = MaxFields,
                KeyLengthLimit = MaxNameLength,
                ValueLengthLimit = RequestBody.MaxOpenBytes,
            };
            return reader.ReadForm();
        }
        catch (InvalidDataException)
        {
            throw new UnreadableBodyException(
                ErrorKind.InvalidRequest, $"A form may have at most {MaxFields} fields, with names of at most {MaxNameLength} characters.");
        }
    }

    /// <summary>Sets a field that the sender cannot choose, such as the actor.</summary>
    public OpsForm With(string name, object value) => new(new(_members) { [name] = value });

    /// <exception cref="InvalidInputException">Some fields are invalid.</exception>
    public T Read<T>(Func<Fields, T> read)
    {
        var fields = Fields.From(JsonSerializer.SerializeToElement(_members), "form");
        var command = read(fields);
        fields.ThrowIfInvalid();
        return command;
    }
}

/// <summary>Renders forms; each carries the token of the session.</summary>
internal static class OpsForms
{
    /// <summary>The name of the field with the token.</summary>
    internal const string TokenField = "form_token";

    internal static Markup Form(OpsRequest request, string action, Markup content) => Markup.Of(
        $"""
        <form method="post" action="{action}">
        <input type="hidden" name="{TokenField}" value="{request.Token}">
        {content}
        </form>
        """);

    /// <summary>A button that acts at once.</summary>
    /// <param name="what">The object of the action, for screen readers that read only the button.</param>
    internal static Markup Button(OpsRequest request, string action, string label, string what, Markup? fields = null) => Form(
        request, action, Markup.Of($"""{fields ?? Markup.Empty}<button>{label}<span class="unseen"> {what}</span></button>"""));

    /// <summary>A button that opens a form with what the action needs.</summary>
    internal static Markup Disclosure(string label, string what, Markup form) => Markup.Of(
        $"""
        <details class="act">
        <summary>{label}<span class="unseen"> {what}</span></summary>
        {form}
        </details>
        """);

    /// <param name="id">Unique on the page.</param>
    /// <param name="name">Of the field.</param>
    internal static Markup Text(string id, string name, string label, int max, bool isRequired = true) => Markup.Of(
        $"""
        <p class="field"><label for="{id}">{label}</label>
        <input id="{id}" name="{name}" maxlength="{max}"{(isRequired ? Markup.Of($" required") : Markup.Empty)} autocomplete="off"></p>
        """);

    internal static Markup Select(string id, string name, string label, IEnumerable<(string Value, string Text)> options) => Markup.Of(
        $"""
        <p class="field"><label for="{id}">{label}</label>
        <select id="{id}" name="{name}">{options.Select(option => Markup.Of($"<option value=\"{option.Value}\">{option.Text}</option>"))}</select></p>
        """);

    /// <summary>A label above a control.</summary>
    /// <param name="id">Of the control.</param>
    internal static Markup Field(string id, Markup control, string label) => Markup.Of(
        $"""<p class="field"><label for="{id}">{label}</label>{control}</p>""");

    /// <summary>A choice with one more option that stands for no choice.</summary>
    /// <param name="name">Of the field; also its id.</param>
    internal static Markup Choice(string name, string label, string? current, IEnumerable<(string Value, string Text)> options, string none)
    {
        var all = options.Prepend(("", none)).Select(option => Markup.Of(
            $"""<option value="{option.Item1}"{Markup.Of($" selected").When(option.Item1 == (current ?? ""))}>{option.Item2}</option>"""));
        return Field(name, Markup.Of($"""<select id="{name}" name="{name}">{all}</select>"""), label);
    }

    internal static Markup Hidden(string name, string value) => Markup.Of($"""<input type="hidden" name="{name}" value="{value}">""");
}
