using Microsoft.AspNetCore.Http;
using Smplat.Core.Billing;
using Smplat.Functions.Http;

namespace Smplat.Functions.Checkout.Hosted;

internal static class HostedAnswer
{
    public static IResult Of(HostedOutcome outcome) => outcome switch
    {
        HostedOutcome.Found found => Answer.Camel(found.Session),
        HostedOutcome.Listed listed => Answer.Camel(new HostedSessionsAnswer(listed.Sessions)),
        HostedOutcome.Refused refused => Answer.From(refused.Refusal),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };
}

public sealed record HostedSessionsAnswer(IReadOnlyList<HostedSessionView> Sessions);
