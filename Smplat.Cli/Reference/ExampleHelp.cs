using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Smplat.Cli.Reference;

/// <summary>The help of a command with examples and exit codes below it.</summary>
public sealed class ExampleHelp(HelpAction usual) : SynchronousCommandLineAction
{
    /// <summary>Puts it in place of the help that the library gives.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new ExampleHelp((HelpAction)help.Action!);
        }
    }

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var examples = Examples.Of(parseResult.CommandResult.Command);
        if (examples.Count > 0)
        {
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        output.WriteLine("Exit codes:");
        foreach (var (code, meaning) in ExitCodes.All)
        {
            output.WriteLine($"  {code}  {meaning}");
        }

        return exitCode;
    }
}
