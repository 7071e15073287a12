using System.CommandLine;
using System.Diagnostics.CodeAnalysis;

namespace Smplat.Cli;

/// <summary>A command that brings its own lines to type; help and docs/cli.md show them.</summary>
[SuppressMessage("Design", "CA1010", Justification = "A command is enumerable only for the sake of collection initialisers.")]
public sealed class CommandWithExamples(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples => examples;
}
