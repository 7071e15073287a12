using Microsoft.AspNetCore.Http;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;

namespace Smplat.Functions;

/// <summary>HTTP answers of Commerce: camelCase bodies and the envelope of failures.</summary>
public sealed class CommerceAnswers(TimeProvider clock)
{
    private const int RetryAfterSeconds = 5;

    public IResult Of(RouteOutcome outcome, bool isKeyed) => outcome switch
    {
        RouteOutcome.Routed routed => Answer.JsonBytes(CommerceJson.Bytes(
            RouteOrderAnswers.From(routed, isKeyed), CommerceJson.Default.RouteOrderAnswer)),
        RouteOutcome.Refused refused => Of(refused.Refusal, refused.RequestId),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    public IResult Of(HealthAnswer health) =>
        Answer.JsonBytes(CommerceJson.Bytes(health, CommerceJson.Default.HealthAnswer));

    public static IResult Of(ConfirmAnswer answer) =>
        Answer.JsonBytes(CommerceJson.Bytes(answer, CommerceJson.Default.ConfirmAnswer));

    public static IResult Of(CancelAnswer answer) =>
        Answer.JsonBytes(CommerceJson.Bytes(answer, CommerceJson.Default.CancelAnswer));

    public IResult Of(CommerceRefusal refusal, string? requestId = null)
    {
        var now = clock.GetUtcNow();
        var (status, error) = refusal switch
        {
            CommerceRefusal.Invalid => (StatusCodes.Status400BadRequest, new FailureError(refusal.Code, refusal.Message)),
            CommerceRefusal.NoProviders none => (
                StatusCodes.Status503ServiceUnavailable,
                new FailureError(refusal.Code, refusal.Message, Details(none), RetryAfterSeconds)),
            CommerceRefusal.StorageUnavailable => (
                StatusCodes.Status503ServiceUnavailable,
                new FailureError(refusal.Code, refusal.Message, RetryAfter: RetryAfterSeconds)),
            _ => throw new InvalidOperationException($"No status for {refusal}."),
        };
        var answer = new FailureAnswer(false, error, requestId ?? RequestId.Create(now), now);
        return Answer.JsonBytes(CommerceJson.Bytes(answer, CommerceJson.Default.FailureAnswer), status);
    }

    private static FailureDetails Details(CommerceRefusal.NoProviders none) =>
        new(
            [.. none.Attempted.Select(id => id.ToWire())],
            none.Errors.ToDictionary(entry => entry.Key.ToWire(), entry => entry.Value),
            none.Skipped.Count == 0 ? null : none.Skipped.ToDictionary(entry => entry.Key.ToWire(), entry => entry.Value));
}

/// <summary>Failures of calls that depend on one vendor: a failure of the vendor is a 502 or 504, not a 500.</summary>
public sealed class VendorAnswers(TimeProvider clock)
{
    public IResult Of(ProviderFailure failure) => failure.Code switch
    {
        ProviderFailureCodes.Timeout => Failure(StatusCodes.Status504GatewayTimeout, "PROVIDER_TIMEOUT", failure.Message),
        ProviderFailureCodes.MissingCredentials => Failure(
            StatusCodes.Status503ServiceUnavailable, "NOT_CONFIGURED", failure.Message),
        ProviderFailureCodes.NoStores or ProviderFailureCodes.NoItemsMatched => Failure(
            StatusCodes.Status404NotFound, failure.Code, failure.Message),
        _ => Failure(StatusCodes.Status502BadGateway, "PROVIDER_ERROR", failure.Message),
    };

    public IResult Failure(int status, string code, string message)
    {
        var now = clock.GetUtcNow();
        var answer = new FailureAnswer(false, new FailureError(code, message), RequestId.Create(now), now);
        return Answer.JsonBytes(CommerceJson.Bytes(answer, CommerceJson.Default.FailureAnswer), status);
    }
}
