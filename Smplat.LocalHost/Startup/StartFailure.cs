using Microsoft.Extensions.Options;

namespace Smplat.LocalHost.Startup;

/// <summary>
/// Ends the program with a sentence instead of a stack trace, when the failure is one that the reader can mend.
/// </summary>
internal static class StartFailure
{
    /// <summary>The sentence for a failure, or null when it is a defect.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        LocalStartException failure => failure.Message,
        OptionsValidationException refused => string.Join(Environment.NewLine, refused.Failures),
        AggregateException many when many.InnerExceptions.All(inner => Explain(inner) is not null) =>
            string.Join(Environment.NewLine, many.InnerExceptions.Select(Explain)),
        _ => null,
    };

    /// <summary>Does not return.</summary>
    public static void Exit(string explanation)
    {
        Console.Error.WriteLine($"Smplat cannot start.{Environment.NewLine}{explanation}");
        Environment.Exit(1);
    }
}
