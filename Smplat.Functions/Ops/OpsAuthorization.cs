using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>A request of a signed-in operator.</summary>
/// <param name="Token">The token that every form of the session carries.</param>
public sealed record OpsRequest(HttpRequest Http, OpsSession Session, string Token, DateTimeOffset Now)
{
    public string Actor => Session.Actor;

    /// <summary>A query parameter; null when it is missing, empty or repeated.</summary>
    public string? Query(string name) => Http.Query[name] is [{ Length: > 0 } value] ? value : null;
}

/// <summary>
/// Guards every operator page and action. A browser without a session is sent to the login; a form without the token of
/// the session does nothing; without a session secret or a key there are no pages at all.
/// </summary>
public sealed class OpsAuthorization(
    OpsSessions sessions,
    OpsCookies cookies,
    ShellReader shell,
    IOptionsMonitor<RuntimeOptions> runtime,
    AccessRecorder recorder,
    TimeProvider clock,
    ILogger<OpsAuthorization> logger)
{
    private const string NoticePrefix = "notice|";

    public async Task<IResult> ShowAsync(
        HttpRequest request, Func<OpsRequest, CancellationToken, Task<OpsPage>> page, CancellationToken cancellationToken)
    {
        if (NotConfigured() is { } refusal)
        {
            return refusal;
        }

        if (Authorize(request) is not { } authorized)
        {
            recorder.Redirected(request.HttpContext);
            return OpsAnswer.Redirect(OpsPath.LoginFor(request.Path + request.QueryString));
        }

        var state = shell.ReadAsync(cancellationToken);
        var content = await page(authorized, cancellationToken);
        foreach (var problem in content.Problems)
        {
            OpsLog.PartFailed(logger, request.Path, Redaction.Redact(problem.Message), problem);
        }

        var html = OpsShell.Render(content, authorized, runtime.CurrentValue.Environment, await state, TakeNotice(authorized));
        return OpsAnswer.Page(html, content.Status);
    }

    /// <param name="backTo">The page to show after the action.</param>
    /// <param name="act">Gets the form with <c>actor</c> filled in.</param>
    public async Task<IResult> ActAsync(
        HttpRequest request, string backTo, Func<OpsRequest, OpsForm, CancellationToken, Task<OpsNotice>> act, CancellationToken cancellationToken)
    {
        if (NotConfigured() is { } refusal)
        {
            return refusal;
        }

        if (Authorize(request) is not { } authorized)
        {
            recorder.Redirected(request.HttpContext);
            return OpsAnswer.Redirect(OpsPath.LoginFor(backTo));
        }

        var form = await OpsForm.ReadAsync(request, cancellationToken);
        if (!sessions.IsTokenOf(authorized.Session, form[OpsForms.TokenField]))
        {
            OpsLog.ForgedForm(logger, request.Path);
            recorder.Refused(request.HttpContext, "forged_form", StatusCodes.Status403Forbidden, sessions.KeyOf(authorized.Session));
            return Refuse(
                OpsNotice.Refused(StatusCodes.Status403Forbidden, "This form does not belong to your session. Nothing was done."), backTo);
        }

        var notice = await TryAsync(authorized, form.With("actor", authorized.Actor), act, cancellationToken);
        recorder.Changed(request.HttpContext, notice.Status, sessions.KeyOf(authorized.Session));
        OpsLog.Acted(logger, authorized.Actor, request.Path, notice.IsDone ? "done" : "refused");
        if (!notice.IsDone)
        {
            return Refuse(notice, backTo);
        }

        cookies.Write(
            request,
            OpsCookies.Notice,
            sessions.Sign(authorized.Session, $"{NoticePrefix}{notice.Tone}|{notice.Text}"),
            TimeSpan.FromMinutes(1));
        return OpsAnswer.Redirect(backTo);
    }

    /// <summary>The answer while the pages are not configured; null when they are.</summary>
    public IResult? NotConfigured() =>
        !sessions.HasSecret ? Missing("SMPLAT_OPS_SESSION_SECRET", "The operator pages have no session secret.")
        : !sessions.HasKey ? Missing("OPERATOR_API_KEY", "No key that gives access to the operator pages is configured.")
        : null;

    public bool IsSignedIn(HttpRequest request) => Authorize(request) is not null;

    private OpsRequest? Authorize(HttpRequest request) =>
        OpsCookies.Read(request, OpsCookies.Session) is { } cookie && sessions.Read(cookie) is { } session
            ? new(request, session, sessions.TokenOf(session), clock.GetUtcNow())
            : null;

    private OpsNotice? TakeNotice(OpsRequest request)
    {
        if (OpsCookies.Read(request.Http, OpsCookies.Notice) is not { } cookie)
        {
            return null;
        }

        cookies.Remove(request.Http, OpsCookies.Notice);
        return sessions.Verify(request.Session, cookie)?.Split('|', 3) is ["notice", var tone, var text]
            ? new(StatusCodes.Status200OK, tone, text)
            : null;
    }

    private static async Task<OpsNotice> TryAsync(
        OpsRequest request, OpsForm form, Func<OpsRequest, OpsForm, CancellationToken, Task<OpsNotice>> act, CancellationToken cancellationToken)
    {
        try
        {
            return await act(request, form, cancellationToken);
        }
        catch (InvalidInputException invalid)
        {
            var errors = invalid.Errors.Select(error => $"{error.Location[^1]}: {error.Message}");
            return OpsNotice.Refused(StatusCodes.Status422UnprocessableEntity, string.Join(" ", errors));
        }
        catch (Exception exception) when (DatabaseErrors.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
        {
            return OpsNotice.Refused(
                StatusCodes.Status503ServiceUnavailable,
                "The database is not responding, so it is not known whether the action was carried out. Check before you try again.");
        }
    }

    private static IResult Refuse(OpsNotice notice, string backTo) => OpsAnswer.Plain(
        "Not done", notice.Status, Markup.Of($"""{OpsShell.Notice(notice)}<p><a class="button" href="{backTo}">Go back</a></p>"""));

    private static IResult Missing(string setting, string why) => OpsAnswer.Plain(
        "Not configured", StatusCodes.Status503ServiceUnavailable, Markup.Of($"<p>{why} Set <code>{setting}</code>.</p>"));
}
