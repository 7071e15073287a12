using Smplat.Core.Platform.Input;

namespace Smplat.Core.Billing;

/// <summary>How a request about hosted sessions ended.</summary>
public abstract record HostedOutcome
{
    private HostedOutcome()
    {
    }

    public sealed record Found(HostedSessionView Session) : HostedOutcome;

    public sealed record Listed(IReadOnlyList<HostedSessionView> Sessions) : HostedOutcome;

    public sealed record Refused(Refusal Refusal) : HostedOutcome;
}
