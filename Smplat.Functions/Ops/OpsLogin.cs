using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Security;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Changes an operator key for a session, and gives the session back.</summary>
public sealed class OpsLogin(
    OpsDoor door,
    OpsSessions sessions,
    OpsSecret secret,
    OpsCookies cookies,
    KeyRing keys,
    LoginGuard guard,
    KeyUseLog uses,
    IOptionsMonitor<OpsPageOptions> options,
    ILogger<OpsLogin> logger)
{
    private static readonly TimeSpan FormLifetime = TimeSpan.FromHours(1);

    public IResult Show(HttpRequest request) =>
        door.NotConfigured()
        ?? (door.IsSignedIn(request)
            ? OpsAnswer.Redirect(NextPath.Read(request.Query["next"]))
            : Form(request, NextPath.Read(request.Query["next"]), StatusCodes.Status200OK, null));

    public async Task<IResult> LogInAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (door.NotConfigured() is { } refusal)
        {
            return refusal;
        }

        var form = await OpsForm.ReadAsync(request, cancellationToken);
        var next = NextPath.Read(form["next"]);
        if (!IsOwnForm(request, form[OpsForms.TokenField]))
        {
            OpsLog.LoginRefused(logger, "the form was not fetched here");
            return Form(request, next, StatusCodes.Status403Forbidden, "This form was too old. Please try again.");
        }

        var address = request.HttpContext.Caller().Address;
        if (guard.LockedFor(address) is { } wait)
        {
            OpsLog.LoginRefused(logger, "locked out");
            return LockedOut(request, next, wait);
        }

        return KeyNameOf(form["key"]) is { } keyName ? LetIn(request, keyName, next) : TurnAway(request, address, next);
    }

    /// <summary>Works without a session too, so that signing out twice is no error.</summary>
    public async Task<IResult> LogOutAsync(HttpRequest request, CancellationToken cancellationToken) =>
        await door.ActAsync(
            request,
            "/ops/login",
            (_, _, _) =>
            {
                cookies.Remove(request, OpsCookies.Session);
                return Task.FromResult(OpsNotice.Good("Signed out."));
            },
            cancellationToken);

    /// <summary>Name of the operator key that was shown; null when it was none.</summary>
    private string? KeyNameOf(string? key)
    {
        if (sessions.IsKeyless)
        {
            return OpsSessions.KeylessName;
        }

        var match = key is null ? null : keys.Match(key);
        var isOperator = match?.Scopes.Contains(KeyScope.Operator) ?? false;
        uses.Note(
            match?.Name ?? "unknown",
            match?.Fingerprint ?? "",
            "operator",
            isOperator ? KeyUseOutcome.Opened : match is null ? KeyUseOutcome.WrongKey : KeyUseOutcome.WrongScope);
        return isOperator ? match!.Name : null;
    }

    private IResult LetIn(HttpRequest request, string keyName, string next)
    {
        guard.Succeed();
        var (session, cookie) = sessions.Begin(keyName);
        cookies.Remove(request, OpsCookies.Visit);
        cookies.Write(request, OpsCookies.Session, cookie, session.ExpiresAt - session.IssuedAt);
        OpsLog.SignedIn(logger, keyName);
        return OpsAnswer.Redirect(next);
    }

    private IResult TurnAway(HttpRequest request, string address, string next)
    {
        guard.Fail(address);
        OpsLog.LoginRefused(logger, "wrong key");
        return guard.LockedFor(address) is { } wait
            ? LockedOut(request, next, wait)
            : Form(request, next, StatusCodes.Status403Forbidden, "This is no operator key.");
    }

    private IResult LockedOut(HttpRequest request, string next, TimeSpan wait)
    {
        request.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Form(
            request,
            next,
            StatusCodes.Status429TooManyRequests,
            $"Too many wrong keys came from your address. Try again in {OpsText.Span(wait)}; until then the right key does not help either.");
    }

    private IResult Form(HttpRequest request, string next, int status, string? problem)
    {
        var visit = OpsCookies.Read(request, OpsCookies.Visit) ?? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        cookies.Write(request, OpsCookies.Visit, visit, FormLifetime);
        var form = new LoginForm(TokenOf(visit), next, sessions.IsKeyless, options.CurrentValue.SessionHours);
        return OpsAnswer.Plain("Sign in", status, form.Render(problem));
    }

    private bool IsOwnForm(HttpRequest request, string? token) =>
        OpsCookies.Read(request, OpsCookies.Visit) is { } visit && Signer.IsTagOf($"login|{visit}", token);

    private HmacSigner Signer => new([secret.Find()!]);

    private string TokenOf(string visit) => Signer.TagOf($"login|{visit}");
}
