using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// Fills <c>{{ path.to.value }}</c> in the texts of a JSON value. Paths only: no filters, no calls, no way to anything that is
/// not in the context.
/// </summary>
public static partial class Template
{
    private const int MaxDepth = 32;

    /// <exception cref="TemplateException">A path leads nowhere.</exception>
    public static JsonNode? Render(JsonNode? template, JsonObject context) => Render(template, context, 0);

    /// <summary>The rendered value as text: objects as JSON, null as nothing.</summary>
    public static string RenderText(JsonNode? template, JsonObject context) => ToText(Render(template, context));

    internal static string ToText(JsonNode? value) => value switch
    {
        null => "",
        JsonValue scalar when scalar.TryGetValue<string>(out var text) => text,
        _ => value.ToJsonString(),
    };

    private static JsonNode? Render(JsonNode? template, JsonObject context, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new TemplateException($"The template is nested deeper than {MaxDepth} levels.");
        }

        switch (template)
        {
            case JsonObject members:
                var filled = new JsonObject();
                foreach (var (name, value) in members)
                {
                    filled[name] = Render(value, context, depth + 1);
                }

                return filled;
            case JsonArray items:
                return new JsonArray([.. items.Select(item => Render(item, context, depth + 1))]);
            case JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String:
                return Render(scalar.GetValue<string>(), context);
            default:
                return template?.DeepClone();
        }
    }

    private static JsonNode? Render(string text, JsonObject context)
    {
        var expressions = Expression().Matches(text);
        if (expressions.Count == 0)
        {
            return JsonValue.Create(text);
        }

        if (expressions.Count == 1 && expressions[0].Length == text.Trim().Length)
        {
            return Find(expressions[0].Groups[1].Value, context)?.DeepClone();
        }

        var rendered = new StringBuilder();
        var isBare = true;
        var end = 0;
        foreach (Match expression in expressions)
        {
            isBare &= text.AsSpan(end, expression.Index - end).IsWhiteSpace();
            rendered.Append(text, end, expression.Index - end).Append(ToText(Find(expression.Groups[1].Value, context)));
            end = expression.Index + expression.Length;
        }

        isBare &= text.AsSpan(end).IsWhiteSpace();
        rendered.Append(text, end, text.Length - end);
        return Typed(rendered.ToString(), isBare);
    }

    /// <summary>Words that stand for values become them; a number only when nothing but expressions made it.</summary>
    private static JsonNode? Typed(string text, bool isBare) => text switch
    {
        "null" or "none" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when isBare && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) =>
            JsonValue.Create(whole),
        _ when isBare && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) =>
            JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };

    private static JsonNode? Find(string path, JsonObject context)
    {
        JsonNode? at = context;
        foreach (var segment in path.Trim().Split('.'))
        {
            at = segment.Length == 0 || segment.Contains('|', StringComparison.Ordinal)
                ? throw new TemplateException($"The expression \"{path.Trim()}\" is not a path.")
                : Step(at, segment, path);
        }

        return at;
    }

    private static JsonNode? Step(JsonNode? at, string segment, string path) => at switch
    {
        JsonObject members when members.TryGetPropertyValue(segment, out var value) => value,
        JsonArray items when int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && index < items.Count => items[index],
        _ => throw new TemplateException($"The path \"{path.Trim()}\" leads nowhere at \"{segment}\"."),
    };

    [GeneratedRegex(@"\{\{(.*?)\}\}", RegexOptions.Singleline)]
    private static partial Regex Expression();
}
