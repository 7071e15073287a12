using System.CommandLine;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Smplat.Benchmarks.Routing;

/// <summary>The ceiling: a minimal API that parses the same body and writes an answer of 4 KB, without any work or database.</summary>
internal static class BareRoute
{
    private static readonly byte[] Answer = JsonSerializer.SerializeToUtf8Bytes(new { success = true, filler = new string('x', 4_060) });

    public static Command BuildCommand()
    {
        var port = new Option<int>("--port") { Required = true };
        var command = new Command("serve-bare-route", "Serve the ceiling of the routing benchmark.") { port };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => ServeAsync(parsed.GetValue(port), cancellationToken));
        return command;
    }

    private static async Task ServeAsync(int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        app.MapPost("/route", async (HttpContext http) =>
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = Answer.Length;
            await http.Response.Body.WriteAsync(Answer, http.RequestAborted);
        });
        await app.RunAsync(cancellationToken);
    }
}
