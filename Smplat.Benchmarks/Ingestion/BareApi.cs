using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

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
