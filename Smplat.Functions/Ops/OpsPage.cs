using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Security;
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
            Markup.Of($"""<div data-part="lead">{lead}</div><div class="panels">{read.Select(panel => panel.Html)}</div>"""),
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
        catch (Exception exception) when (DatabaseErrors.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
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
            <section class="panel{(isWide ? " wide" : "")}" aria-labelledby="{id}" data-part="{id}">
            <h2 id="{id}">{title}</h2>
            {content}
            </section>
            """);
    }

    private static string Slug(string title) =>
        "p-" + string.Concat(title.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));
}

/// <summary>An entry of the navigation. A view that is not in <see cref="All"/> appears nowhere.</summary>
public sealed record OpsSection(string Name, string Path)
{
    public static readonly OpsSection Overview = new("Overview", "/ops");
    public static readonly OpsSection Commerce = new("Commerce", "/ops/commerce");
    public static readonly OpsSection Requests = new("Requests", "/ops/requests");
    public static readonly OpsSection Providers = new("Providers", "/ops/providers");
    public static readonly OpsSection Queue = new("Queue", "/ops/queue");
    public static readonly OpsSection Jobs = new("Jobs", "/ops/jobs");
    public static readonly OpsSection Recovery = new("Recovery", "/ops/recovery");
    public static readonly OpsSection Switches = new("Switches", "/ops/flags");

    /// <summary>Reached by the search box, not by the navigation.</summary>
    public static readonly OpsSection Find = new("Search", "/ops/find");

    /// <summary>The navigation, in its order. A new view is added here.</summary>
    public static readonly IReadOnlyList<OpsSection> All = [Overview, Commerce, Requests, Providers, Queue, Jobs, Recovery, Switches];
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

/// <summary>The frame of every page: navigation, incident banner, and the notice of the last action.</summary>
internal static class OpsShell
{
    internal static string Render(OpsPage page, OpsRequest request, string environment, ShellState state, OpsNotice? notice) => Document(
        page.Title,
        Markup.Of(
            $"""
            <a class="skip" href="#main">Skip to content</a>
            <header class="bar">
            <p class="brand"><a href="/ops">Smplat</a> <span class="env {environment.ToLowerInvariant()}">{environment}</span></p>
            <form class="find" role="search" action="/ops/find"><label class="unseen" for="find">Find an order, payment, request or journey by its id</label>
            <input id="find" name="id" maxlength="200" placeholder="Find an id" autocomplete="off" spellcheck="false"> <button>Find</button></form>
            <nav class="sections" aria-label="Sections"><ul>{OpsSection.All.Select(section => Entry(section, page.Section))}</ul></nav>
            {OpsForms.Form(request, "/ops/logout", Markup.Of($"""<button class="quiet">Sign out</button>"""))}
            </header>
            <div data-part="banner">{Banner(state.Banner, request.Now)}</div>
            {SampleBanner(state.SampleSince, request.Now)}
            <main id="main" tabindex="-1">
            {Notice(notice)}
            <div class="head">
            <h1>{page.Title}</h1>
            <p class="asof"><span data-part="asof">As of {OpsText.Utc(request.Now)}</span> <span data-refresh-status role="status"></span>
            <button type="button" class="quiet" data-refresh="30" hidden aria-pressed="true">Refresh every 30 s</button></p>
            </div>
            {page.Body}
            </main>
            <footer>Signed in with the key <code>{request.Session.KeyName}</code> until {OpsText.Utc(request.Session.ExpiresAt)}.</footer>
            """));

    /// <summary>A page without navigation: the login, or an action that was refused.</summary>
    internal static string RenderPlain(string title, Markup body) => Document(title, Markup.Of(
        $"""<main id="main" class="plain"><p class="brand">Smplat operators</p><h1>{title}</h1>{body}</main>"""));

    internal static Markup Notice(OpsNotice? notice) => notice is null ? Markup.Empty : Markup.Of(
        $"""<p class="notice {notice.Tone}" role="{(notice.Tone == "good" ? "status" : "alert")}">{notice.Text}</p>""");

    private static string Document(string title, Markup body) => Markup.Of(
        $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <meta name="color-scheme" content="light dark">
        <title>{title} · Smplat operators</title>
        <link rel="stylesheet" href="{OpsAssets.Style.Href}">
        <link rel="icon" href="{OpsAssets.Icon.Href}" type="image/svg+xml">
        <script src="{OpsAssets.Script.Href}" defer></script>
        </head>
        <body>
        {body}
        </body>
        </html>
        """).ToString();

    private static Markup SampleBanner(DateTimeOffset? since, DateTimeOffset now) => since is null ? Markup.Empty : Markup.Of(
        $"""
        <aside class="incident sample" aria-label="Sample data"><strong>This database holds sample data</strong>, loaded {OpsText.Time(since, now)}.
        Figures below include it. Remove it with <code>smplat seed --drop</code>.</aside>
        """);

    private static Markup Entry(OpsSection section, OpsSection current) => section == current
        ? Markup.Of($"""<li><a href="{section.Path}" aria-current="page">{section.Name}</a></li>""")
        : Markup.Of($"""<li><a href="{section.Path}">{section.Name}</a></li>""");

    private static Markup Banner(BannerState reading, DateTimeOffset now) => reading switch
    {
        { IsUnknown: true } => Markup.Of(
            $"""
            <aside class="incident critical" role="alert"><strong>The database is not responding.</strong> Its data is missing below,
            and an incident banner may exist that cannot be shown.</aside>
            """),
        { Banner: { } up } => Markup.Of(
            $"""
            <aside class="incident {up.Severity}" aria-label="Incident banner"><strong>{up.Message}</strong>
            <span>{up.Severity}, set by {up.SetBy} {OpsText.Time(up.SetAt, now)}{Markup.Of($", {up.Reference}").When(!string.IsNullOrEmpty(up.Reference))}</span></aside>
            """),
        _ => Markup.Empty,
    };
}

/// <param name="IsUnknown">The banner could not be read.</param>
internal sealed record BannerState(IncidentBanner? Banner, bool IsUnknown);

/// <summary>What stands above every page.</summary>
/// <param name="SampleSince">When sample data was loaded; null without any, or when that is unknown.</param>
internal sealed record ShellState(BannerState Banner, DateTimeOffset? SampleSince);

/// <summary>Reads what stands above every page. A page is shown also when that cannot be read.</summary>
public sealed class ShellReader(BannerOperations board, SampleLoad samples, ILogger<ShellReader> logger)
{
    internal async Task<ShellState> ReadAsync(CancellationToken cancellationToken)
    {
        var (banner, sample) = (ReadBannerAsync(cancellationToken), ReadSampleAsync(cancellationToken));
        return new(await banner, await sample);
    }

    private async Task<BannerState> ReadBannerAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new(await board.ReadAsync(cancellationToken), false);
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            if (!DatabaseErrors.IsOutage(problem))
            {
                OpsLog.PartFailed(logger, "banner", Redaction.Redact(problem.Message), problem);
            }

            return new(null, true);
        }
    }

    /// <summary>A page is shown without it rather than not at all: the incident banner already reports an outage.</summary>
    private async Task<DateTimeOffset?> ReadSampleAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await samples.FindLoadedAtAsync(cancellationToken);
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            if (!DatabaseErrors.IsOutage(problem))
            {
                OpsLog.PartFailed(logger, "sample data", Redaction.Redact(problem.Message), problem);
            }

            return null;
        }
    }
}

/// <summary>Answers of the operator pages: HTML under a strict policy of its own, and redirects.</summary>
internal static class OpsAnswer
{
    /// <summary>Nothing inline, nothing from other origins, no framing, forms only to this app.</summary>
    internal const string Policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    internal static IResult Page(string html, int status)
    {
        var answer = (BytesAnswer)Answer.Html(html, Policy, status);
        answer.Headers["Referrer-Policy"] = "same-origin";
        answer.Headers["X-Robots-Tag"] = "noindex";
        answer.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            answer.Headers["Retry-After"] = "5";
        }

        return answer;
    }

    internal static IResult Plain(string title, int status, Markup body) => Page(OpsShell.RenderPlain(title, body), status);

    /// <summary>Redirects to another page, which the browser fetches with GET.</summary>
    internal static IResult Redirect(string path)
    {
        var answer = (BytesAnswer)Answer.Empty(StatusCodes.Status303SeeOther);
        answer.Headers["Location"] = path;
        answer.Headers["Cache-Control"] = "no-store";
        return answer;
    }
}

/// <summary>The files that the operator pages load.</summary>
internal static class OpsAssets
{
    private const string Folder = "/ops/assets";

    public static StaticFile Style { get; } = StaticFile.Embedded(Folder, "ops.css", "text/css; charset=utf-8");

    public static StaticFile Script { get; } = StaticFile.Embedded(Folder, "ops.js", "text/javascript; charset=utf-8");

    public static StaticFile Icon { get; } = StaticFile.Embedded(Folder, "ops.svg", "image/svg+xml");

    private static readonly StaticFile[] All = [Style, Script, Icon];

    public static StaticFile? Find(string name) => Array.Find(All, asset => asset.Name == name);
}
