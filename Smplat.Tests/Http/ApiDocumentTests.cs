using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Smplat.Functions.Http.OpenApi;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http;

public sealed class ApiDocumentTests
{
    [Test]
    public async Task The_document_is_valid_OpenApi()
    {
        await using var app = await SmplatApp.StartAsync();
        var json = await app.Client.GetStreamAsync("/api/openapi.json");

        var (document, diagnostic) = await OpenApiDocument.LoadAsync(await BufferAsync(json), "json");

        Assert.That(diagnostic!.Errors.Select(error => error.ToString()), Is.Empty);
        Assert.That(document!.Paths, Is.Not.Empty);
    }

    [Test]
    public async Task Every_operation_answers_its_example_without_a_defect()
    {
        await using var app = await SmplatApp.StartAsync();
        var failures = new List<string>();
        foreach (var operation in app.Services.GetRequiredService<ApiCatalog>().Operations)
        {
            using var answer = await app.Client.SendAsync(Request(operation));
            if ((int)answer.StatusCode == 500 || (int)answer.StatusCode == 405)
            {
                failures.Add($"{operation.Method} {operation.Path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
        }

        Assert.That(failures, Is.Empty);
    }

    [Test]
    public async Task No_schema_points_outside_itself()
    {
        await using var app = await SmplatApp.StartAsync();

        Assert.That(await app.Client.GetStringAsync("/api/openapi.json"), Does.Not.Contain("$ref"));
    }

    [Test]
    public async Task The_page_lists_every_operation()
    {
        await using var app = await SmplatApp.StartAsync();

        var page = await app.Client.GetStringAsync("/api/docs");

        Assert.That(
            app.Services.GetRequiredService<ApiCatalog>().Operations.Where(operation => !page.Contains(operation.Path, StringComparison.Ordinal)),
            Is.Empty);
    }

    private static HttpRequestMessage Request(ApiOperation operation)
    {
        var path = operation.PathParameters.Aggregate(operation.Path, (text, parameter) => text.Replace(
            $"{{{parameter.Name}}}", parameter.Constraint == "guid" ? Guid.Empty.ToString() : "sample", StringComparison.Ordinal));
        var request = new HttpRequestMessage(new HttpMethod(operation.Method), path);
        if (operation.Body is { } body)
        {
            request.Content = new StringContent(body.Example ?? "{}", Encoding.UTF8, "application/json");
        }

        return request;
    }

    private static async Task<MemoryStream> BufferAsync(Stream stream)
    {
        var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer);
        buffer.Position = 0;
        return buffer;
    }
}
