using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The frame around every page: navigation, incident banner, what was just done.</summary>
internal static class OpsShell
{
    internal static string Render(OpsPage page, OpsVisit visit, string environment, BannerReading banner, OpsNotice? notice) => Document(
        page.Title,
        Markup.Of(
            $"""
            <a class="skip" href="#main">Skip to content</a>
            <header class="bar">
            <p class="brand"><a href="/ops">Smplat</a> <span class="env {environment.ToLowerInvariant()}">{environment}</span></p>
            <nav class="sections" aria-label="Sections"><ul>{OpsSection.All.Select(section => Entry(section, page.Section))}</ul></nav>
            {OpsForms.Form(visit, "/ops/logout", Markup.Of($"""<button class="quiet">Sign out</button>"""))}
            </header>
            {Banner(banner, visit.Now)}
            <main id="main" tabindex="-1">
            {Notice(notice)}
            <div class="head">
            <h1>{page.Title}</h1>
            <p class="asof">As of {OpsText.Utc(visit.Now)} <button type="button" class="quiet" data-refresh hidden aria-pressed="false">Refresh every 30 s</button></p>
            </div>
            {page.Body}
            </main>
            <footer>Signed in with the key <code>{visit.Session.KeyName}</code> until {OpsText.Utc(visit.Session.ExpiresAt)}.</footer>
            """));

    /// <summary>A page for somebody who is not signed in, or after an action that was refused.</summary>
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

    private static Markup Entry(OpsSection section, OpsSection current) => section == current
        ? Markup.Of($"""<li><a href="{section.Path}" aria-current="page">{section.Name}</a></li>""")
        : Markup.Of($"""<li><a href="{section.Path}">{section.Name}</a></li>""");

    private static Markup Banner(BannerReading reading, DateTimeOffset now) => reading switch
    {
        { IsAway: true } => Markup.Of(
            $"""
            <aside class="incident critical" role="alert"><strong>The database does not answer.</strong> What comes from it is missing
            below, and an incident banner that is up cannot be shown.</aside>
            """),
        { Banner: { } up } => Markup.Of(
            $"""
            <aside class="incident {up.Severity}" aria-label="Incident banner"><strong>{up.Message}</strong>
            <span>{up.Severity}, put up by {up.SetBy} {OpsText.Time(up.SetAt, now)}{Markup.Of($", {up.Reference}").When(!string.IsNullOrEmpty(up.Reference))}</span></aside>
            """),
        _ => Markup.Empty,
    };
}

/// <param name="IsAway">Whether there is one is not known.</param>
internal sealed record BannerReading(IncidentBanner? Banner, bool IsAway);
