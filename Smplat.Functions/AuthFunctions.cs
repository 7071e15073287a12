using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Access;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Lockouts of sign-ins at the storefront.</summary>
public sealed class AuthFunctions(LockoutOperations lockouts)
{
    [Function("ReportSignIn")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("Report an attempt to sign in; too many failures lock further ones out", Tag = "Access", Description =
        "Failures count for the identifier and the address together, and with a higher limit for the identifier alone. Send the address with every call or with none. A success clears the count of its address and never lifts a lock.")]
    [JsonBody(typeof(ReportAttempt), Example = """{"identifier":"ada@example.com","outcome":"failure","client_address":"203.0.113.7"}""")]
    [Answers(200, typeof(LockoutState), Naming.Snake)]
    [Answers(503, "Lockouts are not configured")]
    public async Task<IResult> ReportSignInAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/auth/attempts")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var attempt = await request.ReadAsync(ReportAttempt.Read, cancellationToken);
        return AnswerFrom(await lockouts.RecordAsync(attempt, cancellationToken));
    }

    [Function("GetLockout")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("Whether sign-ins of an identifier are locked out; counts nothing", Tag = "Access")]
    [Query(typeof(AskLockout))]
    [QueryParameter("identifier", "What the visitor signs in with")]
    [QueryParameter("client_address", "The visitor's address, when attempts are reported with one")]
    [Answers(200, typeof(LockoutState), Naming.Snake)]
    [Answers(503, "Lockouts are not configured")]
    public async Task<IResult> GetLockoutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/auth/lockout")] HttpRequest request,
        CancellationToken cancellationToken) =>
        AnswerFrom(await lockouts.ReadAsync(request.ReadQuery(AskLockout.Read), cancellationToken));

    [Function("ReviewLockout")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Failures and locks of an identifier by address, and who lifted locks", Tag = "Access")]
    [Query(typeof(AskLockout), nameof(AskLockout.ReadIdentifier))]
    [QueryParameter("identifier", "What the member signs in with")]
    [Answers(200, typeof(LockoutReview), Naming.Snake)]
    [Answers(503, "Lockouts are not configured")]
    public async Task<IResult> ReviewLockoutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/auth/lockout")] HttpRequest request,
        CancellationToken cancellationToken) =>
        AnswerFrom(await lockouts.ReviewAsync(request.ReadQuery(AskLockout.ReadIdentifier), cancellationToken));

    [Function("LiftLockout")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Lift all locks of an identifier and forget its failures; recorded with the reason", Tag = "Access")]
    [JsonBody(typeof(LiftLockout), Example = """{"identifier":"ada@example.com","actor":"on-call","reason":"the member called"}""")]
    [Answers(200, typeof(LockoutLifted), Naming.Snake)]
    [Answers(503, "Lockouts are not configured")]
    public async Task<IResult> LiftLockoutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/auth/lockout/lift")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(LiftLockout.Read, cancellationToken);
        return AnswerFrom(await lockouts.LiftAsync(command, cancellationToken));
    }

    private static IResult AnswerFrom(LockoutOutcome outcome) => outcome switch
    {
        LockoutOutcome.Known known => Answer.Snake(known.State),
        LockoutOutcome.Reviewed reviewed => Answer.Snake(reviewed.Review),
        LockoutOutcome.Lifted lifted => Answer.Snake(new LockoutLifted(lifted.Locks)),
        LockoutOutcome.Refused refused => Answer.From(refused.Refusal),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };
}

/// <param name="Locks">Locks that held until now.</param>
public sealed record LockoutLifted(int Locks);
