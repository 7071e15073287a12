using System.IO.Compression;
using Smplat.Cli;
using Smplat.Tests.Support;

namespace Smplat.Tests.Analytics;

/// <summary>Runs <c>smplat export …</c> on a database and reads what it wrote.</summary>
internal sealed class ExportedFile(TestDatabase database) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("smplat-export-");

    /// <summary>Files in the folder, without their path.</summary>
    public IEnumerable<string> Names => _folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => file.Name);

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public Task<int> RunAsync(params string[] args) => CommandLine.RunAsync(["export", .. args, "--database", database.ConnectionString]);

    public async Task<string> OfferEventsAsync(string name, params string[] args)
    {
        Assert.That(await RunAsync(["offer-events", "--output", PathOf(name), .. args]), Is.Zero);
        await using var file = File.OpenRead(PathOf(name));
        await using Stream stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
