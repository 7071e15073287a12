using Microsoft.AspNetCore.Http;
using Smplat.Core.Checkout;
using Smplat.Functions.Http;

namespace Smplat.Functions.Checkout;

internal static class CheckoutAnswer
{
    public static IResult Of(CheckoutOutcome outcome) => outcome switch
    {
        CheckoutOutcome.Known known => Answer.Camel(known.Checkout),
        CheckoutOutcome.Refused refused => Answer.From(refused.Refusal),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };
}
