using System.ComponentModel;
using System.Diagnostics;
using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>Prometheus' own checker. A machine without it skips its tests; where CI=true they fail.</summary>
internal static class Promtool
{
    internal static async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("promtool", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode, string.Join('\n', output));
        }
        catch (Win32Exception)
        {
            const string Missing = "promtool is not installed (Debian package prometheus).";
            if (TestSettings.IsContinuousIntegration)
            {
                Assert.Fail(Missing);
            }

            Assert.Ignore(Missing);
            throw;
        }
    }
}
