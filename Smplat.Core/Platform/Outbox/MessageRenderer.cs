using System.Text.Json;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Makes a message readable: the kind's templates over its payload, the order it is about and the person.</summary>
public sealed class MessageRenderer(
    TemplateLibrary templates,
    UnsubscribeLinks unsubscribe,
    IOptionsMonitor<NotificationOptions> options,
    IOptionsMonitor<RuntimeOptions> runtime)
{
    /// <exception cref="MissingLinkSecretException">The message needs a signed link, and there is no key.</exception>
    public RenderedMessage Render(MessageKind kind, JsonElement payload, Person? person, OrderFacts? order) => Render(
        kind,
        payload,
        person,
        order,
        person is not null && kind.Preference is { } preference ? unsubscribe.For(person.Id, preference) : null);

    /// <param name="link">Where the message can be turned off; null for operators' messages.</param>
    public RenderedMessage Render(MessageKind kind, JsonElement payload, Person? person, OrderFacts? order, string? link)
    {
        var values = JsonValues.Object(payload);
        values["reader"] = person is null ? Reader.Neutral : new Reader(person.Locale, person.Zone);
        values["person_name"] = person?.DisplayName;
        values["brand"] = options.CurrentValue.SenderName;
        values["site"] = runtime.CurrentValue.FrontendUrl.AbsoluteUri;
        values["order"] = order is null ? null : OrderBlocks.Of(order);
        values["order_number"] = order?.Number ?? values.GetValueOrDefault("order_number");
        values["unsubscribe_url"] = link;
        if (values.GetValueOrDefault("message") is string message)
        {
            values.TryAdd("paragraphs", Paragraphs(message));
        }

        var (subject, text) = Split(templates.Render($"{kind.Name}.txt", values));
        values["subject"] = subject;
        values["body"] = templates.Render($"{kind.Name}.html", values);
        return new(
            subject,
            $"{text}\n{templates.Render("footer.txt", values)}",
            templates.Render("layout.html", values),
            link,
            Attachments.Of(kind, payload, order, values, templates));
    }

    private static string[] Paragraphs(string message) => message.ReplaceLineEndings("\n")
        .Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The first line of a text template is the subject.</summary>
    private static (string Subject, string Text) Split(string text)
    {
        var lines = text.ReplaceLineEndings("\n").TrimStart('\n');
        var end = lines.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? (lines.Trim(), "") : (lines[..end].Trim(), Tidy(lines[end..]));
    }

    /// <summary>Blocks that rendered to nothing leave no more than one empty line.</summary>
    private static string Tidy(string text)
    {
        var kept = new List<string>();
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd()))
        {
            if (line.Length > 0 || (kept.Count > 0 && kept[^1].Length > 0))
            {
                kept.Add(line);
            }
        }

        return string.Join('\n', kept).TrimEnd() + "\n";
    }
}
