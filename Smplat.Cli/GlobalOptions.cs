using System.CommandLine;

namespace Smplat.Cli;

/// <summary>Options that every command understands.</summary>
public static class GlobalOptions
{
    public static readonly Option<string?> Database = new("--database")
    {
        Description = "Npgsql connection string. Default: SMPLAT_DATABASE, else the app that runs from this checkout.",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document for programs instead of text and tables.",
        Recursive = true,
    };
}
