using System.Diagnostics;
using System.Text.Json;
using Smplat.Cli;

namespace Smplat.Tests.Support;

/// <summary>The command line as operators start it: a process of its own, whose output goes into pipes.</summary>
public sealed record CliRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>
    /// The built program. Its copy beside the tests would not start: there the packages that ASP.NET Core brings along are
    /// left out, and the command line runs without ASP.NET Core.
    /// </summary>
    public static string Program { get; } = Path.Combine(
        Repository.Root, "Smplat.Cli", "bin", Build.Parent!.Name, Build.Name, Path.GetFileName(typeof(CommandLine).Assembly.Location));

    private static DirectoryInfo Build => new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    /// <summary>What it printed, as the one JSON document that it must be.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <param name="folder">Where it runs; by default a place from which no checkout is seen.</param>
    public static async Task<CliRun> RunAsync(
        string[] arguments, IReadOnlyDictionary<string, string>? settings = null, string? folder = null)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        foreach (var name in new[] { "SMPLAT_DATABASE", "API_BASE_URL", "ADMIN_API_KEY", "OPERATOR_API_KEY", "CHECKOUT_API_KEY" })
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new AssertionException($"smplat {string.Join(' ', arguments)} did not end.");
        }
    }
}
