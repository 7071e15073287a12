using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Benchmarks.Load;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>
/// The floor: what a good developer writes in an afternoon. A minimal API that reads the JSON into records and inserts with
/// one <c>unnest … on conflict do nothing</c> a request into one table, statements prepared, nothing else around it.
/// </summary>
internal static class BareApi
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command BuildCommand()
    {
        var port = new Option<int>("--port") { Required = true };
        var database = new Option<string>("--database") { Required = true };
        var command = new Command("serve-bare", "Serve the floor of the ingestion benchmark.") { port, database };
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
            await AnswerAsync(http, await BareStore.InsertAsync(source, events!, http.RequestAborted));
        });
        app.MapPost("/single", async (HttpContext http) =>
        {
            var single = await JsonSerializer.DeserializeAsync<BareEvent>(http.Request.Body, Json, http.RequestAborted);
            await AnswerAsync(http, await BareStore.InsertOneAsync(source, single!, http.RequestAborted));
        });
        await app.RunAsync(cancellationToken);
    }

    private static Task AnswerAsync(HttpContext http, int inserted)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { inserted });
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }
}

/// <summary>An event as the floor reads it.</summary>
internal sealed record BareEvent(
    Guid EventId,
    string OfferSlug,
    string EventType,
    string? TargetSlug,
    string? Action,
    decimal? CartTotal,
    string? Currency,
    string? OrderReference,
    [property: JsonPropertyName("metadata")] JsonElement? Metadata);

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
