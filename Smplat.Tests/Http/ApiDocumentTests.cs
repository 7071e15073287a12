using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Smplat.Functions;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http;

/// <summary>The document itself: complete, valid, and usable by tools.</summary>
public sealed class ApiDocumentTests
{
    /// <summary>Routes that are not operations of the API: the answer to every preflight.</summary>
    private static readonly string[] NoOperations = ["AnswerPreflight"];

    private static readonly ApiCatalog Catalog = new();
    private static readonly ApiContract Contract = ApiContract.Of(Catalog);

    [Test]
    public async Task The_app_serves_it_and_it_is_valid_OpenApi()
    {
        await using var app = await SmplatApp.StartAsync();
        var json = await app.Client.GetStringAsync("/api/openapi.json");

        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var (document, diagnostic) = await OpenApiDocument.LoadAsync(stream, "json");

        Assert.That(diagnostic!.Errors.Select(error => error.ToString()), Is.Empty);
        Assert.That(document!.Paths, Has.Count.GreaterThan(50));
        Assert.That(json, Is.EqualTo(Contract.Text));
    }

    [Test]
    public void It_holds_every_operation_of_the_app_but_the_pages_of_operators_and_no_other()
    {
        var served =
            from type in typeof(SmplatHost).Assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            let function = method.GetCustomAttribute<FunctionAttribute>()
            let trigger = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(found => found is not null)
            where function is not null && trigger is not null && !NoOperations.Contains(function.Name)
            where trigger.Route != "ops" && !trigger.Route!.StartsWith("ops/", StringComparison.Ordinal)
            from verb in trigger.Methods!.Where(verb => verb != "head")
            select $"{verb.ToUpperInvariant()} /{PathParameter.Plain(trigger.Route!)}";

        Assert.That(Contract.Operations.Select(operation => operation.ToString()), Is.EquivalentTo(served));
    }

    [Test]
    public void Every_query_parameter_that_is_read_is_described() =>
        Assert.That(
            from operation in Catalog.Operations
            where !operation.IsPage && operation.Name != "ShowTrustPreview"
            from parameter in operation.Query
            where parameter.Description is null || operation.Source.GetCustomAttribute<QueryAttribute>() is null
            select $"{operation.Name}: {parameter.Name}",
            Is.Empty);

    [Test]
    public void Every_operation_says_who_may_call_it()
    {
        var wrong =
            from operation in Contract.Operations
            let declared = Catalog.Operations.Single(known => known.Name == operation.Id)
            let security = operation.Json["security"]!.ToJsonString()
            let expected = declared switch
            {
                { Scope: { } scope, Member: null } => $"[{Keys(scope, "")}]",
                { Scope: { } scope, Member.IsTokenRequired: true } => $"[{Keys(scope, ",\"memberToken\":[]")}]",
                { Scope: { } scope } => $"[{Keys(scope, "")},{Keys(scope, ",\"memberToken\":[]")}]",
                { Open.Signature: { } header } => $$"""[{"{{header}}":[]}]""",
                { Open.RefuseWrongKey: true } => """[{},{"apiKey":[]},{"bearer":[]}]""",
                _ => "[]",
            }
            where security != expected
            select $"{operation}: {security}";

        Assert.That(wrong, Is.Empty);
        Assert.That(Contract.Operations.Select(operation => operation.Id), Is.Unique);

        static string Keys(KeyScope scope, string token)
        {
            var label = scope.ToString().ToLowerInvariant();
            return $$"""{"apiKey":["{{label}}"]{{token}}},{"bearer":["{{label}}"]{{token}}}""";
        }
    }

    [Test]
    public void Every_example_fits_its_schema()
    {
        var bodies = Contract.Operations.Where(operation => operation.Body is not null).ToArray();

        Assert.That(
            from operation in bodies
            from error in Contract.Errors(operation.Body!["schema"]!, operation.Body["example"]!.ToJsonString())
            select $"{operation}: {error}",
            Is.Empty);
        Assert.That(bodies, Has.Length.GreaterThan(35));
    }

    [TestCase("RouteOrder", "items", "shippingAddress")]
    [TestCase("RedriveMessages", "actor", "reason")]
    [TestCase("RecordBounce", "recipient", "kind")]
    [TestCase("ChangePreferences")]
    public void Optional_members_are_not_declared_as_required(string schema, params string[] required)
    {
        var found = JsonNode.Parse(Contract.Text)!["components"]!["schemas"]![schema]!;

        Assert.That(found["required"]?.AsArray().Select(name => name!.GetValue<string>()) ?? [], Is.EquivalentTo(required));
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
    public async Task The_linter_finds_nothing()
    {
        var node = await TestNode.FindAsync();
        using var folder = new ScratchFolder();
        var file = folder.Write("openapi.json", Contract.Text);

        var result = await node.RunAsync(
            "@redocly/cli/bin/cli.js", "lint", file, "--config", Path.Combine(Repository.Root, "Smplat.Tests", "redocly.yaml"), "--max-problems", "200");

        Assert.That(result.ExitCode, Is.Zero, result.Output);
        Assert.That(result.Output, Does.Contain("Your API description is valid"), result.Output);
    }

    [Test]
    public async Task A_client_generated_from_it_compiles_and_takes_the_examples()
    {
        var node = await TestNode.FindAsync();
        using var folder = new ScratchFolder();
        var file = folder.Write("openapi.json", Contract.Text);
        var client = folder.Write("client.ts", Client());

        var generated = await node.RunAsync("openapi-typescript/bin/cli.js", file, "-o", Path.Combine(folder.Path, "api.ts"));
        Assert.That(generated.ExitCode, Is.Zero, generated.Output);
        var compiled = await node.RunAsync(
            "typescript/bin/tsc", "--noEmit", "--strict", "--target", "es2022", "--module", "es2022", "--moduleResolution", "bundler",
            "--allowImportingTsExtensions", client);
        Assert.That(compiled.ExitCode, Is.Zero, compiled.Output);
    }

    /// <summary>One call of every operation with a body, with the generated types.</summary>
    private static string Client()
    {
        var text = new StringBuilder(
            """
            import type { paths } from './api.ts';
            type Operation<P extends keyof paths, M extends keyof paths[P]> = paths[P][M];
            type Body<P extends keyof paths, M extends keyof paths[P]> =
              Operation<P, M> extends { requestBody: { content: { 'application/json': infer B } } } ? B : never;
            type Answer<P extends keyof paths, M extends keyof paths[P]> =
              Operation<P, M> extends { responses: infer R } ? R : never;
            declare function call<P extends keyof paths, M extends keyof paths[P]>(path: P, method: M, body: Body<P, M>): Answer<P, M>;

            """);
        foreach (var operation in Contract.Operations.Where(operation => operation.Body is not null))
        {
            text.AppendLine(
                System.Globalization.CultureInfo.InvariantCulture,
                $"call('{operation.Path}', '{operation.Method.ToLowerInvariant()}', {operation.Body!["example"]!.ToJsonString()});");
        }

        // Types that accept anything would prove nothing.
        text.AppendLine("// @ts-expect-error A number is no actor.");
        text.AppendLine("call('/api/v1/operators/notifications/redrive', 'post', { actor: 1, reason: 'x', message_reason: 'y' });");
        text.AppendLine("// @ts-expect-error The reason is required.");
        text.AppendLine("call('/api/v1/operators/notifications/redrive', 'post', { actor: 'x', message_reason: 'y' });");
        return text.ToString();
    }

    private static HttpRequestMessage Request(ApiOperation operation)
    {
        var path = operation.PathParameters.Aggregate(operation.Path, (text, parameter) => text.Replace(
            $"{{{parameter.Name}}}", parameter.IsUuid ? Guid.Empty.ToString() : "sample", StringComparison.Ordinal));
        var request = new HttpRequestMessage(new HttpMethod(operation.Method), path);
        if (operation.Body is { } body)
        {
            request.Content = new StringContent(body.Example, Encoding.UTF8, "application/json");
        }

        return request;
    }

    /// <summary>A folder for the files of a tool.</summary>
    private sealed class ScratchFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("smplat-api-").FullName;

        public string Write(string name, string text)
        {
            var file = System.IO.Path.Combine(Path, name);
            File.WriteAllText(file, text);
            return file;
        }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
