using Microsoft.AspNetCore.Http;
using Smplat.Core.Onboarding;
using Smplat.Functions.Http;

namespace Smplat.Functions.Onboarding;

internal static class OnboardingAnswers
{
    /// <summary>The answer made from what was done, or the refusal.</summary>
    public static IResult Answered<T>(this OnboardingOutcome<T> outcome, Func<T, IResult> answer) => outcome switch
    {
        OnboardingOutcome<T>.Done done => answer(done.Value),
        OnboardingOutcome<T>.Refused refused => Answer.From(refused.Refusal),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };
}
