using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http.Fuzzing;

/// <summary>
/// Thousands of calls generated from the API document: an invalid call is never answered with a 5xx, and the answer
/// states the error in one of the two error forms.
/// </summary>
public sealed class ApiFuzzTests
{
    /// <summary>Of a bulky body.</summary>
    private const int BulkBytes = 400_000;

    /// <summary>Client, host and app together: some dozen copies of the body in every form.</summary>
    private const long MostMemory = 100L << 20;

    private const int MostAnswer = 256 << 10;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(3);

    private const string AnyId = "00000000-0000-0000-0000-000000000001";

    private static readonly Dictionary<string, string> Unlimited = Enum.GetNames<RateCategory>()
        .ToDictionary(category => $"SMPLAT_RATE_{category.ToUpperInvariant()}", _ => "100000");

    [Test]
    public async Task No_input_makes_any_operation_fail()
    {
        await using var app = await SmplatApp.StartAsync(Unlimited);
        var failures = new ConcurrentBag<string>();
        var calls = 0;
        foreach (var operation in app.Services.GetRequiredService<ApiCatalog>().Operations)
        {
            // An operation that cannot work here at all, such as a call to a vendor without configuration, may always say so.
            var ordinary = (await SendAsync(app.Client, operation, new(Path(operation, AnyId), operation.Body?.Example))).Status;
            await Parallel.ForEachAsync(Inputs(operation), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (input, _) =>
            {
                Interlocked.Increment(ref calls);
                var (status, text) = await SendAsync(app.Client, operation, input);
                if ((status >= 500 && status != ordinary) || (status >= 400 && !IsExplained(status, text)))
                {
                    failures.Add($"{operation.Method} {Short(input.Address)} {Short(input.Body)}: {status} {Short(text)}");
                }
            });
        }

        Assert.That(failures.Take(20), Is.Empty);
        Assert.That(calls, Is.GreaterThan(3_000));
    }

    /// <summary>
    /// One call after the other, so that what it costs can be told: a body costs no more than its size accounts for, whatever
    /// is in it, and its answer is short.
    /// </summary>
    [Test]
    public async Task No_input_costs_much_time_or_memory()
    {
        await using var app = await SmplatApp.StartAsync(Unlimited);
        var expensive = new List<string>();
        foreach (var operation in app.Services.GetRequiredService<ApiCatalog>().Operations.Where(operation => operation.Body is not null))
        {
            var address = Path(operation, AnyId);
            await SendAsync(app.Client, operation, new(address, operation.Body!.Example));
            foreach (var body in HostileValues.Bulk(operation.Body.Example, BulkBytes))
            {
                var (began, before) = (Stopwatch.GetTimestamp(), GC.GetTotalAllocatedBytes());
                var (status, text) = await SendAsync(app.Client, operation, new(address, body));
                var (took, allocated) = (Stopwatch.GetElapsedTime(began), GC.GetTotalAllocatedBytes() - before);
                if (took > MostTime || allocated > MostMemory || text.Length > MostAnswer)
                {
                    expensive.Add($"{operation.Method} {operation.Path}: {status}, {took.TotalSeconds:0.0} s, {allocated >> 20} MiB, answer {text.Length >> 10} KiB: {Middle(body)}");
                }
            }
        }

        Assert.That(expensive, Is.Empty, string.Join(Environment.NewLine, expensive.Take(40)));
    }

    private static string Middle(string body) => body.Length <= 120 ? body : $"{body[..60]}…{body[(body.Length / 2)..((body.Length / 2) + 60)]}";

    [Test]
    public async Task No_operation_accepts_a_duplicate_member()
    {
        await using var app = await SmplatApp.StartAsync(Unlimited);
        var taken = new List<string>();
        var bodies = 0;
        foreach (var operation in app.Services.GetRequiredService<ApiCatalog>().Operations)
        {
            if (operation.Body?.Example?.Trim() is not { Length: > 2 } example || example[0] != '{')
            {
                continue;
            }

            // The first member again, with a different value.
            var name = JsonDocument.Parse(example).RootElement.EnumerateObject().First().Name;
            var body = $"{example[..^1]},\"{name}\":\"twice\"}}";
            var address = Path(operation, AnyId) + (operation.Query.Any(query => query.Name == "workspaceId") ? $"?workspaceId={AnyId}" : "");
            var (status, text) = await SendAsync(app.Client, operation, new(address, body));
            if (status is 401 or 503)
            {
                // Webhooks of vendors are read only when they are signed; their own tests send such a body.
                continue;
            }

            bodies++;
            if (status is not (400 or 422) || !text.Contains("only once", StringComparison.Ordinal) && !text.Contains("appear twice", StringComparison.Ordinal))
            {
                taken.Add($"{operation.Method} {operation.Path}: {status} {Short(text)}");
            }
        }

        Assert.That(taken, Is.Empty);
        Assert.That(bodies, Is.GreaterThan(25));
    }

    private static IEnumerable<Input> Inputs(ApiOperation operation)
    {
        var (address, example) = (Path(operation, AnyId), operation.Body?.Example);
        foreach (var parameter in operation.PathParameters)
        {
            foreach (var value in HostileValues.Paths)
            {
                yield return new(Path(operation, AnyId, (parameter.Name, value)), example);
            }
        }

        foreach (var parameter in operation.Query)
        {
            foreach (var value in HostileValues.Queries)
            {
                yield return new($"{address}?{parameter.Name}={value}", example);
            }

            yield return new($"{address}?{parameter.Name}=1&{parameter.Name}=2", example);
        }

        foreach (var body in example is null ? [] : HostileValues.Bodies(example))
        {
            yield return new(address, body);
        }
    }

    private static string Path(ApiOperation operation, string id, (string Name, string Value)? other = null) =>
        operation.PathParameters.Aggregate(operation.Path, (text, parameter) => text.Replace(
            $"{{{parameter.Name}}}", parameter.Name == other?.Name ? other.Value.Value : id, StringComparison.Ordinal));

    private static async Task<(int Status, string Text)> SendAsync(HttpClient client, ApiOperation operation, Input input)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(operation.Method), new Uri(client.BaseAddress + input.Address[1..], new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (input.Body is not null)
        {
            request.Content = new StringContent(input.Body, Encoding.UTF8, "application/json");
        }

        using var answer = await client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The host itself answers unknown routes, without a body.</summary>
    private static bool IsExplained(int status, string text)
    {
        if (text.Length == 0)
        {
            return status is 400 or 404 or 405;
        }

        if (text.StartsWith('<'))
        {
            return true;
        }

        using var document = JsonDocument.Parse(text);
        return document.RootElement.TryGetProperty("detail", out _) || document.RootElement.TryGetProperty("error", out _);
    }

    private static string Short(string? text) => text is { Length: > 300 } ? text[..300] + "…" : text ?? "";

    private sealed record Input(string Address, string? Body);
}
