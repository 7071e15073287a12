using Microsoft.AspNetCore.Http;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;

namespace Smplat.Functions.Commerce;

/// <summary>HTTP answers of Commerce: camelCase bodies and the envelope of failures.</summary>
public sealed class CommerceAnswers(TimeProvider clock)
{
    private const int RetryAfterSeconds = 5;

    public IResult Of(RouteOutcome outcome, bool isKeyed) => outcome switch
    {
        RouteOutcome.Routed routed => Answer.JsonBytes(CommerceJson.Bytes(
            RouteOrderAnswers.From(routed, isKeyed), RoutingJson.Default.RouteOrderAnswer)),
        RouteOutcome.Refused refused => Of(refused.Refusal, refused.RequestId),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    public IResult Of(HealthAnswer health) =>
        Answer.JsonBytes(CommerceJson.Bytes(health, HealthJson.Default.HealthAnswer));

    public static IResult Of(ConfirmAnswer answer) =>
        Answer.JsonBytes(CommerceJson.Bytes(answer, ConfirmationJson.Default.ConfirmAnswer));

    public static IResult Of(CancelAnswer answer) =>
        Answer.JsonBytes(CommerceJson.Bytes(answer, ConfirmationJson.Default.CancelAnswer));

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
        return Answer.JsonBytes(CommerceJson.Bytes(answer, RoutingJson.Default.FailureAnswer), status);
    }

    private static FailureDetails Details(CommerceRefusal.NoProviders none) =>
        new(
            [.. none.Attempted.Select(id => id.ToWire())],
            none.Errors.ToDictionary(entry => entry.Key.ToWire(), entry => entry.Value),
            none.Skipped.Count == 0 ? null : none.Skipped.ToDictionary(entry => entry.Key.ToWire(), entry => entry.Value));
}
