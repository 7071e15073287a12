using System.CommandLine;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Benchmarks.Load;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>
/// The baseline: a minimal API that reads the JSON into records and inserts each request with one prepared
/// <c>unnest … on conflict do nothing</c> into one table. No validation, no key check, no logs.
/// </summary>
internal static class BareApi
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command BuildCommand()
    {
        var port = new Option<int>("--port") { Required = true };
        var database = new Option<string>("--database") { Required = true };
        var command = new Command("serve-bare", "Serve the baseline of the ingestion benchmark.") { port, database };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) =>
            ServeAsync(parsed.GetValue(port), parsed.GetValue(database)!, cancellationToken));
        return command;
    }

    private static async Task ServeAsync(int port, string database, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        var settings = new NpgsqlConnectionStringBuilder(database) { MaxAutoPrepare = 20, AutoPrepareMinUsages = 2 };
        await using var source = NpgsqlDataSource.Create(settings.ConnectionString);
        await BareStore.CreateTableAsync(source, cancellationToken);

        app.MapPost("/batch", async (HttpContext http) =>
        {
            var events = await JsonSerializer.DeserializeAsync<BareEvent[]>(http.Request.Body, Json, http.RequestAborted);
            await RespondAsync(http, await BareStore.InsertAsync(source, events!, http.RequestAborted));
        });
        app.MapPost("/single", async (HttpContext http) =>
        {
            var single = await JsonSerializer.DeserializeAsync<BareEvent>(http.Request.Body, Json, http.RequestAborted);
            await RespondAsync(http, await BareStore.InsertOneAsync(source, single!, http.RequestAborted));
        });
        await app.RunAsync(cancellationToken);
    }

    private static Task RespondAsync(HttpContext http, int inserted)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { inserted });
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }
}

/// <summary>An event as the baseline reads it.</summary>
internal sealed record BareEvent
{
    public required Guid EventId { get; init; }

    public required string OfferSlug { get; init; }

    public required string EventType { get; init; }

    public string? TargetSlug { get; init; }

    public string? Action { get; init; }

    public decimal? CartTotal { get; init; }

    public string? Currency { get; init; }

    public string? OrderReference { get; init; }

    public JsonElement? Metadata { get; init; }
}

/// <summary>
/// fastify and pg on Node.js, writing into a table like the bare API's. Measured as one process and as one process per core,
/// because one process cannot use all cores; the benchmark compares with the better of the two.
/// </summary>
internal static class FastifyPeer
{
    private const int MaxProcesses = 4;

    /// <param name="pool">Database connections for all processes of a server together.</param>
    /// <returns>The started servers. None without Node.js; a line says why.</returns>
    public static async Task<IReadOnlyList<IngestionTarget>> StartAsync(
        string database, int pool, CancellationToken cancellationToken)
    {
        var (folder, missing) = await NodeFolder.PrepareAsync(
            "ingestion-peers",
            Path.Combine("Smplat.Benchmarks", "Ingestion", "Peers"),
            new SearchPath(Environment.ExpandEnvironmentVariables("%PATH%")),
            cancellationToken);
        if (folder is null)
        {
            Console.WriteLine($"Skipped fastify with pg: {missing}.");
            return [];
        }

        var single = await StartAsync(folder, database, "fastify", 1, pool, cancellationToken);
        var processes = Math.Min(Environment.ProcessorCount, MaxProcesses);
        if (processes == 1)
        {
            return [single];
        }

        try
        {
            return [single, await StartAsync(folder, database, $"fastify x{processes}", processes, pool, cancellationToken)];
        }
        catch
        {
            await single.DisposeAsync();
            throw;
        }
    }

    private static async Task<IngestionTarget> StartAsync(
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
