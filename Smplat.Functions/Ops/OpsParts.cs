using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>What pages are put together from.</summary>
internal static class OpsParts
{
    /// <summary>A word with a colour; the word alone tells the state.</summary>
    /// <param name="tone"><c>good</c>, <c>warn</c>, <c>bad</c>, <c>calm</c> or <c>off</c>.</param>
    internal static Markup Chip(string tone, string text) => Markup.Of($"""<span class="chip {tone}">{text}</span>""");

    internal static Markup Tiles(params Markup[] tiles) => Markup.Of($"""<dl class="tiles">{tiles}</dl>""");

    /// <param name="tone">Empty, <c>good</c>, <c>warn</c> or <c>bad</c>.</param>
    internal static Markup Tile(string name, Markup value, string? note = null, string tone = "") => Markup.Of(
        $"""<div class="tile {tone}"><dt>{name}</dt><dd>{value}{Note(note)}</dd></div>""");

    internal static Markup Tile(string name, string value, string? note = null, string tone = "") =>
        Tile(name, Markup.Of($"{value}"), note, tone);

    /// <summary>A table that scrolls inside its own box, or a sentence when there are no rows.</summary>
    /// <param name="caption">For screen readers: what the rows are.</param>
    /// <param name="heads">Column heads; one that starts with <c>#</c> is of numbers, an empty one of buttons.</param>
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
            <table>
            <caption class="unseen">{caption}</caption>
            <thead><tr>{heads.Select(Head)}</tr></thead>
            <tbody>{all.Select(row => Row(row, heads))}</tbody>
            </table>
            </div>
            """);
    }

    internal static Markup None(string text) => Markup.Of($"""<p class="none">{text}</p>""");

    internal static Markup Hint(string text) => Markup.Of($"""<p class="hint">{text}</p>""");

    internal static Markup Code(string? text) => Markup.Of($"<code>{text}</code>");

    internal static Markup Facts(params (string Name, Markup Value)[] facts) => Markup.Of(
        $"""<dl class="facts">{facts.Select(fact => Markup.Of($"<div><dt>{fact.Name}</dt><dd>{fact.Value}</dd></div>"))}</dl>""");

    /// <summary>Links of which one is the present one.</summary>
    internal static Markup Choice(string label, IEnumerable<(string Name, string Href, bool IsCurrent)> links) => Markup.Of(
        $"""<nav class="choice" aria-label="{label}">{links.Select(Link)}</nav>""");

    private static Markup Link((string Name, string Href, bool IsCurrent) link) => link.IsCurrent
        ? Markup.Of($"""<a href="{link.Href}" aria-current="true">{link.Name}</a>""")
        : Markup.Of($"""<a href="{link.Href}">{link.Name}</a>""");

    private static Markup Head(string head) => head switch
    {
        "" => Markup.Of($"""<th scope="col"><span class="unseen">Actions</span></th>"""),
        ['#', .. var number] => Markup.Of($"""<th scope="col" class="number">{number}</th>"""),
        _ => Markup.Of($"""<th scope="col">{head}</th>"""),
    };

    private static Markup Row(Markup[] cells, IReadOnlyList<string> heads) => Markup.Of(
        $"""<tr>{cells.Select((cell, column) => Cell(cell, column, heads[column].StartsWith('#')))}</tr>""");

    private static Markup Cell(Markup content, int column, bool isNumber) => column == 0
        ? Markup.Of($"""<th scope="row">{content}</th>""")
        : isNumber ? Markup.Of($"""<td class="number">{content}</td>""") : Markup.Of($"<td>{content}</td>");

    private static Markup Note(string? text) => Markup.Of($"<small>{text}</small>").When(!string.IsNullOrEmpty(text));
}
