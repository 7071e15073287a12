namespace Smplat.LocalHost.LocalServices;

/// <summary>A checkout of the repository, and the folder for what local runs keep.</summary>
/// <param name="Path">Holds package.json, its lock file and node_modules.</param>
/// <param name="Local">Kept between runs and ignored by git; deleting it starts afresh.</param>
public sealed record CheckoutFolder(string Path, string Local)
{
    public CheckoutFolder(string path)
        : this(path, System.IO.Path.Combine(path, ".local"))
    {
    }

    /// <summary>Where two processes that use the same node_modules meet.</summary>
    public string NpmLock => System.IO.Path.Combine(Path, ".local", "npm.lock");

    /// <exception cref="LocalStartException">The folder cannot be written.</exception>
    public string CreateLocal()
    {
        try
        {
            Directory.CreateDirectory(Local);
            return Local;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalStartException($"The folder {Local} cannot be made: {exception.Message}", exception);
        }
    }
}
