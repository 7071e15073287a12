using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Access;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Observability;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Exchanges an operator key for a session, and ends the session.</summary>
public sealed class OpsLogin(
    OpsAuthorization authorization,
    OpsSessions sessions,
    OpsCookies cookies,
    KeyRing keys,
    OpsLockout lockout,
    AccessRecorder recorder,
    ILogger<OpsLogin> logger)
{
    private static readonly TimeSpan FormLifetime = TimeSpan.FromHours(1);

    public IResult Show(HttpRequest request) =>
        authorization.NotConfigured()
        ?? (authorization.IsSignedIn(request)
            ? OpsAnswer.Redirect(OpsPath.Read(request.Query["next"]))
            : Form(request, OpsPath.Read(request.Query["next"]), StatusCodes.Status200OK, null));

    public async Task<IResult> LogInAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (authorization.NotConfigured() is { } refusal)
        {
            return refusal;
        }

        // What costs nothing is checked before the form is read.
        var address = request.HttpContext.Caller().Address;
        if (lockout.LockedFor(address) is { } wait)
        {
            OpsLog.LoginRefused(logger, "locked out");
            recorder.Refused(request.HttpContext, "locked_out", StatusCodes.Status429TooManyRequests);
            return LockedOut(request, OpsPath.Read(request.Query["next"]), wait);
        }

        var form = await OpsForm.ReadAsync(request, cancellationToken);
        var next = OpsPath.Read(form["next"]);
        if (!IsOwnForm(request, form[OpsForms.TokenField]))
        {
            OpsLog.LoginRefused(logger, "the form was not fetched by this browser");
            recorder.Refused(request.HttpContext, "forged_form", StatusCodes.Status403Forbidden);
            return Form(request, next, StatusCodes.Status403Forbidden, "This form has expired. Please try again.");
        }

        if (sessions.IsKeyless)
        {
            return Accept(request, OpsSessions.KeylessName, next);
        }

        var match = form["key"] is { } key ? keys.Match(key) : null;
        return NoteKey(match) ? Accept(request, match!.Name, next) : Refuse(request, address, next, match);
    }

    /// <summary>Also works without a session, so that signing out twice is not an error.</summary>
    public async Task<IResult> LogOutAsync(HttpRequest request, CancellationToken cancellationToken) =>
        await authorization.ActAsync(
            request,
            "/ops/login",
            (_, _, _) =>
            {
                cookies.Remove(request, OpsCookies.Session);
                return Task.FromResult(OpsNotice.Good("Signed out."));
            },
            cancellationToken);

    /// <returns>Whether the key is an operator's.</returns>
    private bool NoteKey(KeyMatch? match)
    {
        var isOperator = match?.Scopes.Contains(KeyScope.Operator) ?? false;
        recorder.NoteKey(
            match,
            KeyScope.Operator,
            isOperator ? KeyUseOutcome.Opened : match is null ? KeyUseOutcome.WrongKey : KeyUseOutcome.WrongScope);
        return isOperator;
    }

    private IResult Accept(HttpRequest request, string keyName, string next)
    {
        lockout.Succeed();
        var (session, cookie) = sessions.Begin(keyName);
        cookies.Remove(request, OpsCookies.LoginForm);
        cookies.Write(request, OpsCookies.Session, cookie, session.ExpiresAt - session.IssuedAt);
        OpsLog.SignedIn(logger, keyName);
        recorder.Changed(request.HttpContext, StatusCodes.Status303SeeOther, sessions.KeyOf(session));
        return OpsAnswer.Redirect(next);
    }

    private IResult Refuse(HttpRequest request, string address, string next, KeyMatch? match)
    {
        lockout.Fail(address);
        OpsLog.LoginRefused(logger, "wrong key");
        var wait = lockout.LockedFor(address);
        recorder.Refused(
            request.HttpContext,
            match is null ? KeyUseOutcome.WrongKey : KeyUseOutcome.WrongScope,
            wait is null ? StatusCodes.Status403Forbidden : StatusCodes.Status429TooManyRequests,
            match);
        return wait is { } left
            ? LockedOut(request, next, left)
            : Form(request, next, StatusCodes.Status403Forbidden, "This is not an operator key.");
    }

    private IResult LockedOut(HttpRequest request, string next, TimeSpan wait)
    {
        request.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Form(
            request,
            next,
            StatusCodes.Status429TooManyRequests,
            $"Too many wrong keys from your address. Try again in {OpsText.Span(wait)}; until then even the right key is refused.");
    }

    private IResult Form(HttpRequest request, string next, int status, string? problem)
    {
        var formId = OpsCookies.Read(request, OpsCookies.LoginForm) ?? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        cookies.Write(request, OpsCookies.LoginForm, formId, FormLifetime);
        var form = new LoginForm(sessions.LoginTokenOf(formId), next, sessions.IsKeyless, sessions.Hours);
        return OpsAnswer.Plain("Sign in", status, form.Render(problem));
    }

    private bool IsOwnForm(HttpRequest request, string? token) =>
        OpsCookies.Read(request, OpsCookies.LoginForm) is { } formId && sessions.IsLoginTokenOf(formId, token);
}

/// <summary>The login form.</summary>
/// <param name="IsKeyless">Whether no key is needed: a local run in which none is configured.</param>
internal sealed record LoginForm(string Token, string Next, bool IsKeyless, int Hours)
{
    internal Markup Render(string? problem) => Markup.Of(
        $"""
        {Markup.Of($"""<p class="notice bad" role="alert" id="problem">{problem}</p>""").When(problem is not null)}
        <form method="post" action="/ops/login" class="login">
        {OpsForms.Hidden(OpsForms.TokenField, Token)}
        {OpsForms.Hidden("next", Next)}
        {(IsKeyless ? Open : Key(problem is not null))}
        <button class="primary">Sign in</button>
        </form>
        <p class="hint">The session lasts {Hours} h. It ends earlier if the key is changed.</p>
        """);

    private static Markup Open => OpsParts.Hint("No key is configured, so this local run is open. Everywhere else an operator key is required here.");

    // Password managers store a key under a user name, so the form has one.
    private static Markup Key(bool isWrong) => Markup.Of(
        $"""
        <input type="text" value="operator" autocomplete="username" readonly hidden>
        <p class="field"><label for="key">Operator key</label>
        <input id="key" name="key" type="password" required autofocus autocomplete="current-password" spellcheck="false"{(isWrong ? Markup.Of($""" aria-describedby="problem" aria-invalid="true" """) : Markup.Empty)}></p>
        """);
}

/// <summary>
/// Locks an address out after too many wrong keys; until the lockout ends even the right key is refused. Counted per
/// instance and in memory, so that operators can sign in while the database is unavailable.
/// </summary>
public sealed class OpsLockout(RateLimiter limiter, IOptionsMonitor<OpsPageOptions> options, DurableCounters counters, TimeProvider clock)
{
    /// <returns>How much longer the address is locked out; null when it is not.</returns>
    public TimeSpan? LockedFor(string address)
    {
        var verdict = limiter.Look(NameOf(address), Rule);
        return verdict.Allowed ? null : verdict.ResetAt - clock.GetUtcNow();
    }

    public void Fail(string address)
    {
        counters.Increment(AuthMetrics.Attempts, ("outcome", "failure"), ("surface", AuthMetrics.Operators));
        if (limiter.Take(NameOf(address), Rule) is { Allowed: true, Remaining: 0 })
        {
            counters.Increment(AuthMetrics.Lockouts, ("surface", AuthMetrics.Operators));
        }
    }

    public void Succeed() => counters.Increment(AuthMetrics.Attempts, ("outcome", "success"), ("surface", AuthMetrics.Operators));

    private RateRule Rule => new(options.CurrentValue.LoginAttempts, TimeSpan.FromMinutes(options.CurrentValue.LockoutMinutes));

    private static string NameOf(string address) => $"ops-login:{address}";
}

/// <summary>The page to open after the login: one of this app, never another address.</summary>
internal static partial class OpsPath
{
    internal static string Read(string? text) => text is not null && Inside().IsMatch(text) ? text : OpsSection.Overview.Path;

    internal static string LoginFor(string path) => path == OpsSection.Overview.Path || !Inside().IsMatch(path)
        ? "/ops/login"
        : $"/ops/login?next={Uri.EscapeDataString(path)}";

    [GeneratedRegex(@"\A/ops(?!/log(in|out)\b)(/[a-z0-9][a-z0-9_-]*){0,3}(\?[a-z_]+=[A-Za-z0-9_.:%-]*(&[a-z_]+=[A-Za-z0-9_.:%-]*){0,9})?\z")]
    private static partial Regex Inside();
}
