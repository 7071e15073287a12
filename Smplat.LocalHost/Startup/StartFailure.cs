using Microsoft.Extensions.Options;

namespace Smplat.LocalHost.Startup;

/// <summary>Ends the program with a sentence instead of a stack trace, when the failure is one that the reader can mend.</summary>
internal static class StartFailure
{
    /// <summary>The sentence for a failure, or null when it is a defect.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        LocalStartException failure => failure.Message,
        OptionsValidationException refused => string.Join(Environment.NewLine, refused.Failures),
        AggregateException many when many.InnerExceptions.Select(Explain).ToList() is var all && all.TrueForAll(line => line is not null) =>
            string.Join(Environment.NewLine, all),
        _ => null,
    };

    /// <summary>Does not return.</summary>
    public static void Exit(string explanation)
    {
        Console.Error.WriteLine($"Smplat cannot start.{Environment.NewLine}{explanation}");
        Environment.Exit(1);
    }
}
