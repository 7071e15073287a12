using Npgsql;
using Smplat.Benchmarks.Load;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>
/// What a good developer writes in an afternoon with Node.js: fastify and pg, into a table of the bare API's shape. Once as one
/// process, and once with a process a core, since one alone cannot use them all; which of both is better is measured, not assumed.
/// </summary>
internal static class FastifyPeer
{
    private const int Most = 4;

    /// <param name="pool">Connections to the database, of all processes of a server together.</param>
    /// <returns>The servers, started; none, with a line that says why, when Node.js is not there.</returns>
    public static async Task<IReadOnlyList<IngestionRival>> StartAsync(
        string database, int pool, CancellationToken cancellationToken)
    {
        var (folder, missing) = await NodeFolder.PrepareAsync(
            "ingestion-peers",
            Path.Combine("Smplat.Benchmarks", "Ingestion", "Peers"),
            new SearchPath(Environment.ExpandEnvironmentVariables("%PATH%")),
            cancellationToken);
        if (folder is null)
        {
            Console.WriteLine($"Left out: fastify with pg, because {missing}.");
            return [];
        }

        var alone = await StartAsync(folder, database, "fastify", 1, pool, cancellationToken);
        var processes = Math.Min(Environment.ProcessorCount, Most);
        if (processes == 1)
        {
            return [alone];
        }

        try
        {
            return [alone, await StartAsync(folder, database, $"fastify x{processes}", processes, pool, cancellationToken)];
        }
        catch
        {
            await alone.DisposeAsync();
            throw;
        }
    }

    private static async Task<IngestionRival> StartAsync(
        NodeFolder folder, string database, string name, int processes, int pool, CancellationToken cancellationToken)
    {
        var table = processes == 1 ? "fastify_event" : "fastify_cluster_event";
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await BareStore.CreateTableAsync(source, cancellationToken);
            await BareStore.CopyTableAsync(source, table, cancellationToken);
        }

        var server = await BenchServer.StartAsync(
            folder.Node, folder.Path, port => ["fastify.mjs", PostgresUrl.Of(database), $"{port}", $"{processes}", $"{pool / processes}", table]);
        return new(name, server, "/single", null);
    }
}
