namespace Smplat.LocalHost.LocalServices;

/// <summary>A checkout of the repository, and the folder for what a local run keeps in it.</summary>
public sealed record CheckoutFolder(string Path)
{
    /// <summary>What a local run keeps between runs. Ignored by git; deleting it starts afresh.</summary>
    public string Local => System.IO.Path.Combine(Path, ".local");

    public string CreateLocal()
    {
        Directory.CreateDirectory(Local);
        return Local;
    }
}
