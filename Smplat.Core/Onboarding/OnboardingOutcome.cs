using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>How a call to onboarding ended.</summary>
public abstract record OnboardingOutcome<T>
{
    private OnboardingOutcome()
    {
    }

    public sealed record Done(T Value) : OnboardingOutcome<T>;

    public sealed record Refused(Refusal Refusal) : OnboardingOutcome<T>;
}
