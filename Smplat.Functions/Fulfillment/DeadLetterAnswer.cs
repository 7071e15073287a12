using Microsoft.AspNetCore.Http;
using Smplat.Core.Fulfillment;
using Smplat.Functions.Http;

namespace Smplat.Functions.Fulfillment;

/// <summary>A dead letter after an operator's decision.</summary>
/// <param name="Held">The task waits until its order goes on.</param>
public sealed record DeadLetterAnswer(Guid TaskId, string Status, string OrderStatus, bool Held)
{
    internal static IResult From(DeadLetterOutcome outcome) => outcome switch
    {
        DeadLetterOutcome.Done done => Answer.Snake(new DeadLetterAnswer(done.TaskId, done.Status, done.OrderStatus, done.Held)),
        DeadLetterOutcome.Refused refused => Answer.From(refused.Refusal),
        var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
    };
}
