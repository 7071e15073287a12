using System.ComponentModel;
using System.Diagnostics;
using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>An external checker. Without it its tests are skipped; with CI=true they fail.</summary>
internal static class DebianTool
{
    internal static async Task<(int ExitCode, string Output)> RunAsync(string program, string package, IReadOnlyList<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
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
            var missing = $"{program} is not installed (Debian package {package}).";
            if (TestSettings.IsContinuousIntegration)
            {
                Assert.Fail(missing);
            }

            Assert.Ignore(missing);
            throw;
        }
    }
}
