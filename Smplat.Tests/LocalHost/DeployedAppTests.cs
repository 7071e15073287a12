using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Smplat.FakeVendors;
using Smplat.FakeVendors.Hosting;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost;

/// <summary>
/// The app as deployed, with host and worker as separate processes. CI runs these against the published output
/// (SMPLAT_TEST_APP), a local run against the build.
/// </summary>
public sealed class DeployedAppTests
{
    private const string Order =
        """{"items":[{"id":"1","name":"Bananas","quantity":1,"unit":"lb"}],"shippingAddress":{"street":"123 Test","city":"SF","state":"CA","postalCode":"94102","country":"US"}}""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private TestDatabase _database = null!;
    private FakeVendorSet _world = null!;
    private AppProcess _app = null!;
    private HttpClient _client = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _world = await FakeVendorSet.StartAsync(CancellationToken.None);
        _app = await AppProcess.StartAsync(
        [
            $"SMPLAT_DATABASE={_database.ConnectionString}", "SMPLAT_LOG_FORMAT=json",
            .. _world.Settings.Select(setting => $"{setting.Key}={setting.Value}"),
        ]);
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = _app.Url };
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _client?.Dispose();
        await (_app?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_world?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_database?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Test]
    public async Task Every_call_in_the_requests_file_reaches_its_function_and_none_fails()
    {
        var file = RequestsFile.Read();
        var failed = new List<string>();
        foreach (var call in file.Calls.Where(call => call.Method is not null))
        {
            var (status, body, isOfTheApp) = await file.SendAsync(_client, call);
            if ((int)status >= 500 || !isOfTheApp)
            {
                failed.Add($"{call.Name}: {(int)status} {body}");
            }
        }

        Assert.That(failed, Is.Empty);
    }

    [Test]
    public async Task Every_timer_runs_when_it_is_fired_and_none_fails()
    {
        var functions = await _client.GetFromJsonAsync<JsonElement>("/admin/functions");
        var timers = functions.EnumerateArray().Where(function => function.GetProperty("trigger").GetString() == "timerTrigger")
            .Select(function => function.GetProperty("name").GetString()!).ToArray();
        var seen = _app.Lines.Count;

        foreach (var timer in timers)
        {
            using var answer = await _client.PostAsJsonAsync($"/admin/functions/{timer}", new { input = "" });
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), timer);
        }

        // RetryDueJobs is the only timer that is no job.
        await Eventually.GivesAsync(
            TickedAndSettledAsync, count => count >= timers.Length - 1, $"{timers.Length - 1} jobs have ticked and none is under way", Patience);
        Assert.That(timers, Has.Length.GreaterThanOrEqualTo(21));
        Assert.That(_app.Lines.Skip(seen).Where(line => line.Contains(" fail ", StringComparison.Ordinal) || line.Contains("\"level\":\"error\"", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task A_hundred_slow_requests_at_once_are_all_answered()
    {
        _world.Kroger.Faults.Always(new Fault.Latency(TimeSpan.FromSeconds(1)));
        try
        {
            var began = Stopwatch.GetTimestamp();
            var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => RouteAsync()));

            Assert.That(answers, Is.All.EqualTo(HttpStatusCode.OK));
            Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(60)), "they wait beside one another, not in a row");
        }
        finally
        {
            _world.Kroger.Faults.Clear();
        }
    }

    [TestCase(10 * 1024 * 1024, HttpStatusCode.UnprocessableEntity)]
    [TestCase((10 * 1024 * 1024) + 1, HttpStatusCode.RequestEntityTooLarge)]
    [TestCase(40 * 1024 * 1024, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_large_body_is_read_up_to_the_limit_and_rejected_beyond_it(int bytes, HttpStatusCode expected)
    {
        var text = new byte[bytes];
        Array.Fill(text, (byte)' ');
        using var content = new ByteArrayContent(text) { Headers = { ContentType = new("application/json") } };

        using var answer = await _client.PostAsync("/api/v1/analytics/offer-events", content);

        Assert.That(answer.StatusCode, Is.EqualTo(expected), await answer.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task A_large_response_arrives_complete()
    {
        using var answer = await _client.GetAsync("/api/openapi.json");
        var text = await answer.Content.ReadAsByteArrayAsync();

        Assert.That(text, Has.Length.GreaterThan(100_000));
        using var document = JsonDocument.Parse(text);
        Assert.That(document.RootElement.GetProperty("openapi").GetString(), Does.StartWith("3.1"));
    }

    [Test]
    public async Task A_client_that_disconnects_affects_only_its_own_request()
    {
        _world.Walmart.Faults.Always(new Fault.Latency(TimeSpan.FromSeconds(2)));
        using (var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300)))
        {
            Assert.That(async () => await RouteAsync(patience.Token), Throws.InstanceOf<OperationCanceledException>());
        }

        _world.Walmart.Faults.Clear();
        Assert.That(await RouteAsync(), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(_app.Lines.Where(line => line.Contains("\"event_id\":1401", StringComparison.Ordinal)), Is.Empty, "no defect is logged");
    }

    [Test]
    public async Task Running_requests_are_answered_when_the_app_is_asked_to_stop()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var world = await FakeVendorSet.StartAsync(CancellationToken.None);
        world.Kroger.Faults.Always(new Fault.Latency(TimeSpan.FromSeconds(2)));
        await using var app = await AppProcess.StartAsync(
            [$"SMPLAT_DATABASE={database.ConnectionString}", .. world.Settings.Select(setting => $"{setting.Key}={setting.Value}")]);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = app.Url };

        var requests = Enumerable.Range(0, 5).Select(_ => PostAsync(client, CancellationToken.None)).ToArray();
        await Eventually.BecomesTrueAsync(() => world.Kroger.Calls.All.Count > 0, "the orders wait for their provider");
        var exitCode = await app.StopAsync();

        Assert.That(await Task.WhenAll(requests), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(exitCode, Is.Zero);
    }

    private async Task<long> TickedAndSettledAsync()
    {
        await using var command = _database.DataSource.CreateCommand(
            """
            select count(*) filter (where last_tick_at is not null and run_id is null and attempt_failures = 0) from job_state
            """);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private Task<HttpStatusCode> RouteAsync(CancellationToken cancellationToken = default) => PostAsync(_client, cancellationToken);

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var content = new StringContent(Order, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/functions/v1/loopgpt_route_order", content, cancellationToken);
        return answer.StatusCode;
    }
}
