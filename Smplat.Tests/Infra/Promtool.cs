namespace Smplat.Tests.Infra;

/// <summary>The rule checker of Prometheus.</summary>
internal static class Promtool
{
    internal static Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> arguments) =>
        DebianTool.RunAsync("promtool", "prometheus", arguments);
}
