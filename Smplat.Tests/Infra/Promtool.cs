namespace Smplat.Tests.Infra;

/// <summary>Prometheus' own checker.</summary>
internal static class Promtool
{
    internal static Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> arguments) =>
        DebianTool.RunAsync("promtool", "prometheus", arguments);
}
