using Microsoft.AspNetCore.Http;
using Smplat.Core.Access;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Observability;

namespace Smplat.Functions.Http;

/// <summary>
/// Records what was decided about a request: the use of a key, refusals, and changes by operators. Everything is kept in memory
/// and written later, so that recording costs a request next to nothing. Allowed requests of storefronts are not recorded.
/// </summary>
public sealed class AccessRecorder(KeyUseLog uses, AccessEventLog events, DurableCounters counters)
{
    /// <summary>Refused requests by tier and reason, keyed and anonymous.</summary>
    public const string Refusals = "smplat_access_refused_total";

    /// <param name="match">Null for no key or an unknown one.</param>
    /// <param name="outcome">One of <see cref="KeyUseOutcome"/>.</param>
    public void NoteKey(KeyMatch? match, KeyScope scope, string outcome) =>
        uses.Note(match?.Name ?? "unknown", match?.Fingerprint ?? "", scope.ToString().ToLowerInvariant(), outcome);

    /// <param name="reason">One of a few words.</param>
    /// <param name="key">Who was refused; null for the caller of the request.</param>
    public void Refused(HttpContext http, string reason, int status, KeyMatch? key = null)
    {
        if ((reason is KeyUseOutcome.NoKey or KeyUseOutcome.WrongKey) && !http.Trait().IsPage)
        {
            counters.Increment("smplat_http_refused_total", ("reason", reason));
        }

        Note(http, AccessWords.Denied, reason, status, key);
    }

    public void RateLimited(HttpContext http, RateCategory category) => Note(
        http, AccessWords.RateLimited, $"rate_{category.ToString().ToLowerInvariant()}", StatusCodes.Status429TooManyRequests);

    /// <summary>A browser without a session was sent to the login.</summary>
    public void Redirected(HttpContext http) => Note(http, AccessWords.Redirected, "no_session", StatusCodes.Status303SeeOther);

    /// <summary>An operator changed something, or tried to.</summary>
    /// <param name="key">With which key the session was begun; null for none in a local run.</param>
    public void Changed(HttpContext http, int status, KeyMatch? key) => events.Note(Decision(http, AccessWords.Allowed, null, status, key));

    /// <summary>Records a change through the API when the answer, and with it the outcome, is known.</summary>
    public void WatchChange(HttpContext http, FunctionTrait trait)
    {
        var method = http.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || !IsOperators(http.Caller(), trait))
        {
            return;
        }

        var decision = Decision(http, AccessWords.Allowed, null, StatusCodes.Status200OK, null);
        http.Response.OnCompleted(() =>
        {
            events.Note(decision with { Status = http.Response.StatusCode });
            return Task.CompletedTask;
        });
    }

    /// <summary>Records a signature that the function refuses.</summary>
    public void WatchSignature(HttpContext http, FunctionTrait trait)
    {
        if (!trait.IsSigned)
        {
            return;
        }

        var decision = Decision(http, AccessWords.Denied, "signature", StatusCodes.Status401Unauthorized, null);
        http.Response.OnCompleted(() =>
        {
            if (http.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
            {
                Count(decision.Tier, "signature");
                events.Note(decision with { Status = http.Response.StatusCode });
            }

            return Task.CompletedTask;
        });
    }

    /// <summary>A route of operators, or an operator's key on another one.</summary>
    private static bool IsOperators(Caller caller, FunctionTrait trait) =>
        trait.Tier >= AccessTier.Operator || caller.Key is { Name: "operator" or "admin" };

    private void Note(HttpContext http, string decision, string reason, int status, KeyMatch? key = null)
    {
        Count(http.Trait().Tier, reason);
        events.Note(Decision(http, decision, reason, status, key));
    }

    private void Count(AccessTier tier, string reason) => counters.Increment(Refusals, ("tier", tier.Label()), ("reason", reason));

    private static AccessDecision Decision(HttpContext http, string decision, string? reason, int status, KeyMatch? key)
    {
        var (trait, caller) = (http.Trait(), http.Caller());
        var who = key ?? caller.Key;
        return new()
        {
            Source = trait.IsPage ? AccessWords.Page : AccessWords.Api,
            Route = trait.Route,
            Method = http.Request.Method,
            Tier = trait.Tier,
            Decision = decision,
            Reason = reason,
            Status = status,
            KeyName = who?.Name,
            KeyFingerprint = who?.Fingerprint,
            UserId = caller.Member?.Id,
            TraceId = ErrorBody.TraceId(),
        };
    }
}
