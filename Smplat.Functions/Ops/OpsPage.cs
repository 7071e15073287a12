using Microsoft.AspNetCore.Http;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The content of a page without its frame.</summary>
public sealed record OpsPage(string Title, OpsSection Section, Markup Body, int Status = StatusCodes.Status200OK)
{
    /// <summary>Why panels could not be read, apart from outages.</summary>
    public IReadOnlyList<Exception> Problems { get; init; } = [];

    /// <summary>Panels side by side where there is room. If one of them could not be read, the status is 503.</summary>
    public static async Task<OpsPage> OfAsync(string title, OpsSection section, Markup lead, params Task<OpsPanel>[] panels)
    {
        var read = await Task.WhenAll(panels);
        return new(
            title,
            section,
            Markup.Of($"""{lead}<div class="panels">{read.Select(panel => panel.Html)}</div>"""),
            Array.Exists(read, panel => panel.IsUnavailable) ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK)
        {
            Problems = [.. read.Select(panel => panel.Problem).OfType<Exception>()],
        };
    }

    public static OpsPage NotFound(OpsSection section, string text) => new(
        "Not found",
        section,
        Markup.Of($"""<p class="none">{text} <a href="{section.Path}">Back to {section.Name.ToLowerInvariant()}</a></p>"""),
        StatusCodes.Status404NotFound);
}

/// <summary>A part of a page that is read independently: if it cannot be read it says so, and the other panels are still shown.</summary>
/// <param name="Problem">The failure, unless it was an outage; it is logged.</param>
public sealed record OpsPanel(Markup Html, bool IsUnavailable, Exception? Problem = null)
{
    /// <param name="read">Reads the content. A failure is shown as a failure, never as an empty panel or a zero.</param>
    /// <param name="isWide">Whether the panel takes the whole width.</param>
    public static async Task<OpsPanel> ReadAsync(
        string title, Func<CancellationToken, Task<Markup>> read, CancellationToken cancellationToken, bool isWide = false)
    {
        try
        {
            return new(Frame(title, await read(cancellationToken), isWide), false);
        }
        catch (Exception exception) when (Transient.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
        {
            return new(Frame(title, Unavailable, isWide), true);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new(Frame(title, Failed, isWide), true, exception);
        }
    }

    /// <summary>A panel whose content needs no I/O.</summary>
    public static Task<OpsPanel> Of(string title, Markup content, bool isWide = false) =>
        Task.FromResult(new OpsPanel(Frame(title, content, isWide), false));

    private static Markup Unavailable { get; } = Markup.Of(
        $"""
        <p class="away" role="status"><strong>Not available.</strong> The database is not responding or is too slow. Reload the page to
        try again.</p>
        """);

    private static Markup Failed { get; } = Markup.Of(
        $"""
        <p class="away" role="status"><strong>Not available.</strong> This panel could not be read; see event 1504 in the log. The
        rest of the page is not affected.</p>
        """);

    private static Markup Frame(string title, Markup content, bool isWide)
    {
        var id = Slug(title);
        return Markup.Of(
            $"""
            <section class="panel{(isWide ? " wide" : "")}" aria-labelledby="{id}">
            <h2 id="{id}">{title}</h2>
            {content}
            </section>
            """);
    }

    private static string Slug(string title) =>
        "p-" + string.Concat(title.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));
}

/// <summary>An entry of the navigation.</summary>
public sealed record OpsSection(string Name, string Path)
{
    public static readonly OpsSection Overview = new("Overview", "/ops");
    public static readonly OpsSection Jobs = new("Jobs", "/ops/jobs");
    public static readonly OpsSection Queue = new("Queue", "/ops/queue");
    public static readonly OpsSection Providers = new("Providers", "/ops/providers");
    public static readonly OpsSection Commerce = new("Commerce", "/ops/commerce");
    public static readonly OpsSection Recovery = new("Recovery", "/ops/recovery");
    public static readonly OpsSection Switches = new("Switches", "/ops/flags");

    public static readonly IReadOnlyList<OpsSection> All = [Overview, Jobs, Queue, Providers, Commerce, Recovery, Switches];
}

/// <summary>The notice that reports the result of an action.</summary>
/// <param name="Status">200 when the action was done; the page is then shown again with the notice on top.</param>
/// <param name="Tone"><c>good</c>, <c>warn</c> or <c>bad</c>.</param>
public sealed record OpsNotice(int Status, string Tone, string Text)
{
    public bool IsDone => Status == StatusCodes.Status200OK;

    public static OpsNotice Good(string text) => new(StatusCodes.Status200OK, "good", text);

    /// <summary>Done, but somebody should look at the result.</summary>
    public static OpsNotice Warn(string text) => new(StatusCodes.Status200OK, "warn", text);

    public static OpsNotice Refused(int status, string text) => new(status, "bad", text);

    public static OpsNotice From(Refusal refusal) => Refused(
        refusal switch
        {
            NotFound => StatusCodes.Status404NotFound,
            Conflict => StatusCodes.Status409Conflict,
            Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status400BadRequest,
        },
        refusal.Message);
}
