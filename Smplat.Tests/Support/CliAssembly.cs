namespace Smplat.Tests.Support;

/// <summary>The command line, to be started as a process: <c>dotnet {CliAssembly.Path} …</c></summary>
public static class CliAssembly
{
    /// <summary>In its own folder: the copy beside the tests lacks the libraries that the tests have from ASP.NET Core.</summary>
    public static string Path
    {
        get
        {
            var build = new DirectoryInfo(AppContext.BaseDirectory);
            return System.IO.Path.Combine(Repository.Root, "Smplat.Cli", "bin", build.Parent!.Name, build.Name, "smplat.dll");
        }
    }
}
