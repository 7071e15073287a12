using System.Globalization;
using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The building blocks of pages.</summary>
internal static class OpsParts
{
    /// <summary>A word with a color; the word alone states the meaning.</summary>
    /// <param name="tone"><c>good</c>, <c>warn</c>, <c>bad</c>, <c>calm</c> or <c>off</c>.</param>
    internal static Markup Chip(string tone, string text) => Markup.Of($"""<span class="chip {tone}">{text}</span>""");

    internal static Markup Tiles(params Markup[] tiles) => Markup.Of($"""<dl class="tiles">{tiles}</dl>""");

    /// <param name="tone">Empty, <c>good</c>, <c>warn</c> or <c>bad</c>.</param>
    internal static Markup Tile(string name, Markup value, string? note = null, string tone = "") => Markup.Of(
        $"""<div class="tile {tone}"><dt>{name}</dt><dd>{value}{Note(note)}</dd></div>""");

    internal static Markup Tile(string name, string value, string? note = null, string tone = "") =>
        Tile(name, Markup.Of($"{value}"), note, tone);

    /// <summary>
    /// A table in a scrollable box, or a sentence if there are no rows. On a phone each row is a card and each cell carries its
    /// heading, so that no column is cut off. The roles keep it a table for screen readers there too.
    /// </summary>
    /// <param name="caption">For screen readers: what the rows are.</param>
    /// <param name="heads">Column headings; <c>#</c> in front marks numbers, an empty heading marks buttons.</param>
    internal static Markup Table(string caption, IReadOnlyList<string> heads, IEnumerable<Markup[]> rows, string empty)
    {
        var all = rows.ToArray();
        if (all.Length == 0)
        {
            return None(empty);
        }

        return Markup.Of(
            $"""
            <div class="scroll" role="region" aria-label="{caption}" tabindex="0">
            <table role="table">
            <caption class="unseen">{caption}</caption>
            <thead role="rowgroup"><tr role="row">{heads.Select(Head)}</tr></thead>
            <tbody role="rowgroup">{all.Select(row => Row(row, heads))}</tbody>
            </table>
            </div>
            """);
    }

    internal static Markup None(string text) => Markup.Of($"""<p class="none">{text}</p>""");

    internal static Markup Hint(string text) => Markup.Of($"""<p class="hint">{text}</p>""");

    internal static Markup Link(string href, string text) => Markup.Of($"""<a href="{href}">{text}</a>""");

    /// <summary>A sentence that says what is missing, and where to go on.</summary>
    internal static Markup None(Markup content) => Markup.Of($"""<p class="none">{content}</p>""");

    /// <summary>An id in full, with a button that copies it where scripts run.</summary>
    internal static Markup Id(string id) => Markup.Of(
        $"""<code class="id">{id}</code> <button type="button" class="quiet copy" data-copy="{id}" hidden aria-label="Copy {id}">Copy</button>""");

    internal static Markup Code(string? text) => Markup.Of($"<code>{text}</code>");

    internal static Markup Facts(params (string Name, Markup Value)[] facts) => Markup.Of(
        $"""<dl class="facts">{facts.Select(fact => Markup.Of($"<div><dt>{fact.Name}</dt><dd>{fact.Value}</dd></div>"))}</dl>""");

    /// <summary>Links, one of which is the current one.</summary>
    internal static Markup Choice(string label, IEnumerable<(string Name, string Href, bool IsCurrent)> links) => Markup.Of(
        $"""<nav class="choice" aria-label="{label}">{links.Select(Choose)}</nav>""");

    private static Markup Choose((string Name, string Href, bool IsCurrent) link) => link.IsCurrent
        ? Markup.Of($"""<a href="{link.Href}" aria-current="true">{link.Name}</a>""")
        : Markup.Of($"""<a href="{link.Href}">{link.Name}</a>""");

    private static Markup Head(string head) => head switch
    {
        "" => Markup.Of($"""<th scope="col" role="columnheader"><span class="unseen">Actions</span></th>"""),
        ['#', .. var number] => Markup.Of($"""<th scope="col" role="columnheader" class="number">{number}</th>"""),
        _ => Markup.Of($"""<th scope="col" role="columnheader">{head}</th>"""),
    };

    private static Markup Row(Markup[] cells, IReadOnlyList<string> heads) => Markup.Of(
        $"""<tr role="row">{cells.Select((cell, column) => Cell(cell, column, heads[column]))}</tr>""");

    private static Markup Cell(Markup content, int column, string head) => (column, head) switch
    {
        (0, _) => Markup.Of($"""<th scope="row" role="rowheader">{content}</th>"""),
        (_, "") => Markup.Of($"""<td role="cell">{content}</td>"""),
        (_, ['#', .. var number]) => Markup.Of($"""<td role="cell" class="number" data-label="{number}">{content}</td>"""),
        _ => Markup.Of($"""<td role="cell" data-label="{head}">{content}</td>"""),
    };

    private static Markup Note(string? text) => Markup.Of($"<small>{text}</small>").When(!string.IsNullOrEmpty(text));
}

/// <summary>The one name of each provider on all pages.</summary>
internal static class ProviderName
{
    /// <param name="wire">The wire name; a text that is none is shown as it is.</param>
    internal static string For(string? wire)
    {
        foreach (var id in ProviderIds.All)
        {
            if (id.ToWire() == wire)
            {
                return id.ToName();
            }
        }

        return wire ?? OpsText.Unknown;
    }

    internal static string For(ProviderId id) => id.ToName();
}

/// <summary>Formats numbers, amounts and times. An unknown value is a dash, never a zero.</summary>
public static class OpsText
{
    internal const string Unknown = "–";

    internal static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <param name="share">0 to 1.</param>
    internal static string Percent(double? share) =>
        share is { } value ? (value * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %" : Unknown;

    internal static string Dollars(decimal? cents) =>
        cents is { } value ? (value / 100).ToString("$#,0.00", CultureInfo.InvariantCulture) : Unknown;

    internal static string Millis(double? ms) => ms switch
    {
        null => Unknown,
        >= 10_000 => (ms.Value / 1000).ToString("0.0", CultureInfo.InvariantCulture) + " s",
        _ => ms.Value.ToString("#,0", CultureInfo.InvariantCulture) + " ms",
    };

    internal static string Span(TimeSpan span) => span.Duration() switch
    {
        { TotalSeconds: < 1 } => "under 1 s",
        { TotalSeconds: < 120 } seconds => $"{(int)seconds.TotalSeconds} s",
        { TotalMinutes: < 120 } minutes => $"{(int)minutes.TotalMinutes} min",
        { TotalHours: < 48 } hours => $"{(int)hours.TotalHours} h",
        var days => $"{(int)days.TotalDays} d",
    };

    /// <summary>A stored name as words: <c>provider_quote_error</c> is provider quote error.</summary>
    internal static string Words(string? name) => name is null ? Unknown : name.Replace('_', ' ').Replace('-', ' ').Replace('.', ' ');

    /// <summary>The facts of a run as a sentence: 3 claimed, 1 failed. Zeros are left out.</summary>
    /// <param name="summary">A JSON object.</param>
    public static string Facts(string? summary)
    {
        try
        {
            using var document = JsonDocument.Parse(summary ?? "{}");
            var facts = document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.EnumerateObject().Select(Fact).OfType<string>().ToArray()
                : [];
            return facts.Length == 0 ? "nothing to do" : string.Join(", ", facts);
        }
        catch (JsonException)
        {
            return summary!;
        }
    }

    private static string? Fact(JsonProperty fact) => fact.Value.ValueKind switch
    {
        JsonValueKind.Number when fact.Value.TryGetInt64(out var count) => count == 0 ? null : $"{Count(count)} {Words(fact.Name)}",
        JsonValueKind.True => Words(fact.Name),
        JsonValueKind.False or JsonValueKind.Null => null,
        JsonValueKind.String when fact.Value.TryGetDateTimeOffset(out var at) => $"{Words(fact.Name)} {Utc(at)}",
        JsonValueKind.String => $"{Words(fact.Name)} {fact.Value.GetString()}",
        JsonValueKind.Array => fact.Value.GetArrayLength() == 0 ? null : $"{Words(fact.Name)} {string.Join(", ", fact.Value.EnumerateArray())}",
        JsonValueKind.Object => fact.Value.EnumerateObject().Select(Fact).OfType<string>().ToArray() is { Length: > 0 } inner
            ? $"{Words(fact.Name)}: {string.Join(", ", inner)}"
            : null,
        _ => $"{Words(fact.Name)} {fact.Value}",
    };

    internal static string Amount(decimal amount, string currency) => $"{amount.ToString("#,0.00", CultureInfo.InvariantCulture)} {currency}";

    /// <summary>An instant as a query parameter.</summary>
    internal static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    internal static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy, HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>The time elapsed, with the exact time for machines and as a tooltip.</summary>
    internal static Markup Time(DateTimeOffset? instant, DateTimeOffset now)
    {
        if (instant is not { } at)
        {
            return Markup.Of($"{Unknown}");
        }

        var words = at <= now ? $"{Span(now - at)} ago" : $"in {Span(at - now)}";
        return Markup.Of(
            $"""<time datetime="{Iso(at)}" title="{Utc(at)}">{words}</time>""");
    }
}
