namespace Smplat.LocalHost.LocalServices.Processes;

/// <summary>The folders in which programs are looked for.</summary>
/// <param name="Text">The value of PATH.</param>
public sealed record SearchPath(string? Text)
{
    public IEnumerable<string> Folders =>
        (Text ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <returns>The full path of the first program with this name, or null.</returns>
    public string? Find(string program) =>
        Folders.SelectMany(folder => Names(program).Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>What a program's file can be called here.</summary>
    public static IEnumerable<string> Names(string program) =>
        OperatingSystem.IsWindows() ? [program + ".exe", program + ".cmd"] : [program];
}
