using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>
/// The one way into the page. A browser without a session is sent to the login; a form without the session's token does
/// nothing; without a session secret or a key there is no page at all.
/// </summary>
public sealed class OpsDoor(
    OpsSessions sessions,
    OpsSecret secret,
    OpsCookies cookies,
    KeyRing keys,
    BannerOperations board,
    IOptionsMonitor<RuntimeOptions> runtime,
    TimeProvider clock,
    ILogger<OpsDoor> logger)
{
    private const string NoticeMark = "notice|";

    public async Task<IResult> ShowAsync(
        HttpRequest request, Func<OpsVisit, CancellationToken, Task<OpsPage>> page, CancellationToken cancellationToken)
    {
        if (NotConfigured() is { } refusal)
        {
            return refusal;
        }

        if (Visit(request) is not { } visit)
        {
            return OpsAnswer.Redirect(NextPath.LoginFor(request.Path + request.QueryString));
        }

        var banner = ReadBannerAsync(cancellationToken);
        var content = await page(visit, cancellationToken);
        foreach (var problem in content.Problems)
        {
            OpsLog.PartFailed(logger, request.Path, Redaction.Redact(problem.Message), problem);
        }

        var html = OpsShell.Render(content, visit, runtime.CurrentValue.Environment, await banner, TakeNotice(visit));
        return OpsAnswer.Page(html, content.Status);
    }

    /// <param name="backTo">The page that is shown again when it was done.</param>
    /// <param name="act">Gets the form with <c>actor</c> filled in.</param>
    public async Task<IResult> ActAsync(
        HttpRequest request, string backTo, Func<OpsVisit, OpsForm, CancellationToken, Task<OpsNotice>> act, CancellationToken cancellationToken)
    {
        if (NotConfigured() is { } refusal)
        {
            return refusal;
        }

        if (Visit(request) is not { } visit)
        {
            return OpsAnswer.Redirect(NextPath.LoginFor(backTo));
        }

        var form = await OpsForm.ReadAsync(request, cancellationToken);
        if (!sessions.IsTokenOf(visit.Session, form[OpsForms.TokenField]))
        {
            OpsLog.ForgedForm(logger, request.Path);
            return Refuse(OpsNotice.Refused(StatusCodes.Status403Forbidden, "The form is not of this session. Nothing was done."), backTo);
        }

        var notice = await TryAsync(visit, form.With("actor", visit.Actor), act, cancellationToken);
        OpsLog.Acted(logger, visit.Actor, request.Path, notice.IsDone ? "done" : "refused");
        if (!notice.IsDone)
        {
            return Refuse(notice, backTo);
        }

        cookies.Write(
            request, OpsCookies.Notice, sessions.Close(visit.Session, $"{NoticeMark}{notice.Tone}|{notice.Text}"), TimeSpan.FromMinutes(1));
        return OpsAnswer.Redirect(backTo);
    }

    /// <summary>Why there is no page; null when there is one.</summary>
    public IResult? NotConfigured() =>
        !secret.IsThere ? Missing("SMPLAT_OPS_SESSION_SECRET", "The operators' page has no session secret.")
        : keys.IsEmpty && !sessions.IsKeyless ? Missing("OPERATOR_API_KEY", "No key is configured that could open the operators' page.")
        : null;

    public bool IsSignedIn(HttpRequest request) => Visit(request) is not null;

    private OpsVisit? Visit(HttpRequest request) =>
        OpsCookies.Read(request, OpsCookies.Session) is { } cookie && sessions.Read(cookie) is { } session
            ? new(request, session, sessions.TokenOf(session), clock.GetUtcNow())
            : null;

    private static async Task<OpsNotice> TryAsync(
        OpsVisit visit, OpsForm form, Func<OpsVisit, OpsForm, CancellationToken, Task<OpsNotice>> act, CancellationToken cancellationToken)
    {
        try
        {
            return await act(visit, form, cancellationToken);
        }
        catch (InvalidInputException invalid)
        {
            var errors = invalid.Errors.Select(error => $"{error.Location[^1]}: {error.Message}");
            return OpsNotice.Refused(StatusCodes.Status422UnprocessableEntity, string.Join(" ", errors));
        }
        catch (Exception exception) when (Transient.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
        {
            return OpsNotice.Refused(
                StatusCodes.Status503ServiceUnavailable, "The database does not answer, so it is not known whether it was done. Look before trying again.");
        }
    }

    private async Task<BannerReading> ReadBannerAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new(await board.ReadAsync(cancellationToken), false);
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            if (!Transient.IsOutage(problem))
            {
                OpsLog.PartFailed(logger, "banner", Redaction.Redact(problem.Message), problem);
            }

            return new(null, true);
        }
    }

    private OpsNotice? TakeNotice(OpsVisit visit)
    {
        if (OpsCookies.Read(visit.Request, OpsCookies.Notice) is not { } cookie)
        {
            return null;
        }

        cookies.Remove(visit.Request, OpsCookies.Notice);
        return sessions.Open(visit.Session, cookie)?.Split('|', 3) is ["notice", var tone, var text]
            ? new(StatusCodes.Status200OK, tone, text)
            : null;
    }

    private static IResult Refuse(OpsNotice notice, string backTo) => OpsAnswer.Plain(
        "Not done", notice.Status, Markup.Of($"""{OpsShell.Notice(notice)}<p><a class="button" href="{backTo}">Go back</a></p>"""));

    private static IResult Missing(string setting, string why) => OpsAnswer.Plain(
        "Not configured", StatusCodes.Status503ServiceUnavailable, Markup.Of($"<p>{why} Set <code>{setting}</code>.</p>"));
}
