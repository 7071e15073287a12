using Smplat.LocalHost.LocalServices;

namespace Smplat.Tests.LocalHost;

/// <summary>A script that replaces npm.</summary>
internal sealed class FakeNpm : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("smplat-npm-");

    public FakeNpm(string script)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("The fake npm is a shell script.");
            return;
        }

        File.WriteAllText(Program, $"#!/bin/sh\necho run >> '{Calls}'\n{script}\n");
        File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>How often it was run.</summary>
    public int Count => File.Exists(Calls) ? File.ReadAllLines(Calls).Length : 0;

    private string Program => Path.Combine(_folder.FullName, "npm");

    private string Calls => Path.Combine(_folder.FullName, "calls");

    public NpmPackages Packages(TemporaryCheckout checkout) =>
        new(new(checkout.Path), new NodeTools("node", Program), _ => { });

    public void Dispose() => _folder.Delete(recursive: true);
}
