using System.Diagnostics;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Tests.Support;

/// <summary>
/// Tools of Smplat.Tests/package.json, installed when first needed. Without Node.js on the machine the test is skipped, and
/// fails in CI.
/// </summary>
internal sealed class TestNode
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly NodeTools _tools;
    private readonly string _modules;

    private TestNode(NodeTools tools, string modules) => (_tools, _modules) = (tools, modules);

    public static async Task<TestNode> FindAsync()
    {
        var folder = new CheckoutFolder(Path.Combine(Repository.Root, "Smplat.Tests"));
        if (await NodeTools.FindAsync(TestSettings.SearchPath, CancellationToken.None) is not { } tools)
        {
            TestSettings.Missing(new LocalStartException($"The tools of the tests need Node.js. {NodeTools.InstallHint}"));
            throw new UnreachableException();
        }

        var packages = new NpmPackages(folder, tools, _ => TestContext.Progress.WriteLine("Installing the npm tools of the tests"));
        return new(tools, await packages.EnsureAsync(CancellationToken.None));
    }

    /// <summary>Runs a script of a package.</summary>
    /// <param name="script">Its path below node_modules.</param>
    public Task<CommandResult> RunAsync(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(_tools.Node, [Path.Combine(_modules, script), .. arguments]);
        // The linter would report its use and ask for newer versions of itself.
        start.Environment["REDOCLY_TELEMETRY"] = "off";
        start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true";
        return LocalCommand.RunAsync(start, Limit, CancellationToken.None);
    }

    /// <summary>Starts a script of a package that runs until it is killed. Its output is for whoever started it.</summary>
    public Process Start(string script, params string[] arguments) => LocalProcess.Start(
        new ProcessStartInfo(_tools.Node, [Path.Combine(_modules, script), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
}
