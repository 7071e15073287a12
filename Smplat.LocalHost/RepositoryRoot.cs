namespace Smplat.LocalHost;

/// <summary>The checkout that the running program was built in, if any.</summary>
public static class RepositoryRoot
{
    private const string Marker = "Smplat.sln";

    private static readonly Lazy<string?> Found = new(() => Above(AppContext.BaseDirectory));

    /// <summary>The folder of the solution, or null for a published app.</summary>
    public static string? Path => Found.Value;

    private static string? Above(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, Marker)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
