using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Outbox;

/// <summary>A message as people read it.</summary>
/// <param name="Subject">One line of plain text.</param>
/// <param name="UnsubscribeUrl">The signed link that turns this kind off; null for messages to operators.</param>
public sealed record RenderedMessage(
    string Subject,
    string Text,
    string Html,
    string? UnsubscribeUrl,
    IReadOnlyList<MailAttachment> Attachments);

/// <summary>How strictly sending is limited.</summary>
public enum MessageClass
{
    /// <summary>A response to something the person did. It is sent at once.</summary>
    Transactional,

    /// <summary>Asks the person to continue. Daily cap, cooldown and quiet hours apply.</summary>
    Reminder,

    /// <summary>Sent only to people who opted in, with the limits of a reminder.</summary>
    Marketing,

    /// <summary>For operators, not clients: no preferences and no limits.</summary>
    Operator,
}

/// <summary>A kind of message that is rendered from templates. Features register theirs as singletons.</summary>
/// <param name="Name">The value of <c>notification_outbox.kind</c>, and the name of the templates.</param>
/// <param name="Preference">Column of <c>notification_preferences</c> that must be on; null for operators.</param>
public sealed record MessageKind(string Name, MessageClass Class, string? Preference)
{
    public bool IsRestrained => Class is MessageClass.Reminder or MessageClass.Marketing;
}

/// <summary>The kinds that are registered in this app.</summary>
public sealed class MessageCatalog(IEnumerable<MessageKind> kinds)
{
    private readonly Dictionary<string, MessageKind> _kinds = kinds.ToDictionary(kind => kind.Name);

    /// <summary>Kinds that count towards a person's daily cap.</summary>
    public string[] Restrained => [.. _kinds.Values.Where(kind => kind.IsRestrained).Select(kind => kind.Name)];

    /// <returns>Null when there is no such kind.</returns>
    public MessageKind? Find(string name) => _kinds.GetValueOrDefault(name);
}

/// <summary>
/// What a feature adds to messages of one kind at the moment of sending: current figures, and links that must not be stored
/// in the outbox. Register it with <c>services.AddMessageContent&lt;T&gt;()</c>.
/// </summary>
public interface IMessageContent
{
    string Kind { get; }

    /// <summary>Members to add to the payload. They replace members of the same name.</summary>
    Task<JsonObject> CompleteAsync(OutboxDelivery delivery, CancellationToken cancellationToken);
}

/// <summary>Adds template values to messages of every kind, looked up by an id in the payload. Registered as a singleton.</summary>
public interface IMessageContext
{
    /// <summary>Values that replace payload members of the same name. <c>attachment_name</c> names the kind's own attachment.</summary>
    Task<IReadOnlyDictionary<string, object?>> ReadAsync(JsonElement payload, CancellationToken cancellationToken);
}

/// <summary>Completes a message at the moment of sending, and renders it.</summary>
public sealed class MessageComposer(
    MessageRenderer renderer, IEnumerable<IMessageContext> contexts, IEnumerable<IMessageContent> contents)
{
    private readonly Dictionary<string, IMessageContent> _contents = contents.ToDictionary(content => content.Kind);

    public async Task<RenderedMessage> ComposeAsync(
        MessageKind kind, OutboxDelivery delivery, Person? person, CancellationToken cancellationToken)
    {
        var payload = delivery.Payload;
        if (_contents.TryGetValue(kind.Name, out var content))
        {
            payload = Merge(payload, await content.CompleteAsync(delivery, cancellationToken));
        }

        var values = new Dictionary<string, object?>();
        foreach (var context in contexts)
        {
            foreach (var (name, value) in await context.ReadAsync(payload, cancellationToken))
            {
                values[name] = value;
            }
        }

        return renderer.Render(kind, payload, person, values);
    }

    private static JsonElement Merge(JsonElement payload, JsonObject more)
    {
        var merged = JsonObject.Create(payload) ?? [];
        foreach (var (name, value) in more)
        {
            merged[name] = value?.DeepClone();
        }

        return JsonSerializer.SerializeToElement(merged);
    }
}

/// <summary>
/// Renders a message from the templates of its kind: <c>&lt;kind&gt;.txt</c>, whose first line is the subject,
/// <c>&lt;kind&gt;.html</c>, and optionally <c>&lt;kind&gt;.attachment.html</c>, a file that is attached when the payload
/// brings none and the context names it.
/// </summary>
public sealed class MessageRenderer(
    TemplateLibrary templates,
    UnsubscribeLinks unsubscribe,
    IOptionsMonitor<OutboxOptions> options,
    IOptionsMonitor<RuntimeOptions> runtime)
{
    private const int MaxAttachments = 5;
    private const int MaxAttachmentBytes = 2 * 1024 * 1024;

    /// <param name="context">Values from <see cref="IMessageContext"/>.</param>
    /// <exception cref="MissingLinkSecretException">The message needs a signed link, and there is no key.</exception>
    public RenderedMessage Render(
        MessageKind kind, JsonElement payload, Person? person, IReadOnlyDictionary<string, object?>? context) => Render(
        kind,
        payload,
        person,
        context,
        person is not null && kind.Preference is { } preference ? unsubscribe.For(person.Id, preference) : null);

    /// <param name="link">Where the message can be turned off; null for messages to operators.</param>
    public RenderedMessage Render(
        MessageKind kind, JsonElement payload, Person? person, IReadOnlyDictionary<string, object?>? context, string? link)
    {
        var values = Values(payload, person, context, link);
        var (subject, text) = Split(templates.Render($"{kind.Name}.txt", values));
        values["subject"] = subject;
        values["body"] = templates.Render($"{kind.Name}.html", values);
        return new(
            subject,
            $"{text}\n{templates.Render("footer.txt", values)}",
            templates.Render("layout.html", values),
            link,
            Attachments(kind, payload, context, values));
    }

    private Dictionary<string, object?> Values(
        JsonElement payload, Person? person, IReadOnlyDictionary<string, object?>? context, string? link)
    {
        var values = JsonValues.Object(payload);
        foreach (var (name, value) in context ?? new Dictionary<string, object?>())
        {
            values[name] = value;
        }

        values["recipient"] = person is null ? Recipient.Neutral : new Recipient(person.Locale, person.Zone);
        values["person_name"] = person?.DisplayName;
        values["brand"] = options.CurrentValue.SenderName;
        values["site"] = runtime.CurrentValue.FrontendUrl.AbsoluteUri;
        values["unsubscribe_url"] = link;
        if (values.GetValueOrDefault("message") is string message)
        {
            values.TryAdd("paragraphs", Paragraphs(message));
        }

        return values;
    }

    private static string[] Paragraphs(string message) => message.ReplaceLineEndings("\n")
        .Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The first line of a text template is the subject.</summary>
    private static (string Subject, string Text) Split(string text)
    {
        var lines = text.ReplaceLineEndings("\n").TrimStart('\n');
        var end = lines.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? (lines.Trim(), "") : (lines[..end].Trim(), CollapseBlankLines(lines[end..]));
    }

    /// <summary>Blocks that rendered to nothing leave at most one empty line.</summary>
    private static string CollapseBlankLines(string text)
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

    private List<MailAttachment> Attachments(
        MessageKind kind, JsonElement payload, IReadOnlyDictionary<string, object?>? context, Dictionary<string, object?> values)
    {
        var attachments = FromPayload(payload).Take(MaxAttachments).ToList();
        var template = $"{kind.Name}.attachment.html";
        if (attachments.Count == 0 && context?.GetValueOrDefault("attachment_name") is string name && templates.Has(template))
        {
            attachments.Add(new(name, "text/html", Encoding.UTF8.GetBytes(templates.Render(template, values))));
        }

        return attachments;
    }

    /// <summary><c>attachments: [{filename, content_type, content_base64}]</c>. Entries that cannot be read are skipped.</summary>
    private static IEnumerable<MailAttachment> FromPayload(JsonElement payload)
    {
        if (payload.ValueKind != JsonValueKind.Object
            || !payload.TryGetProperty("attachments", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        foreach (var entry in list.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.Object))
        {
            if (entry.TryGetProperty("content_base64", out var content) && content.ValueKind == JsonValueKind.String
                && content.TryGetBytesFromBase64(out var bytes) && bytes.Length <= MaxAttachmentBytes)
            {
                yield return new(Text(entry, "filename") ?? "attachment", Text(entry, "content_type") ?? "", bytes);
            }
        }
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
