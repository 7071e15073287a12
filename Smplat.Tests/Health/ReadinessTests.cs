using Smplat.Core.Platform.Observability;
using Smplat.Tests.Support;

namespace Smplat.Tests.Health;

public sealed class ReadinessTests
{
    [TestCase(new[] { "Ready", "Disabled" }, "Ready")]
    [TestCase(new[] { "Ready", "Starting" }, "Degraded")]
    [TestCase(new[] { "Degraded", "Error" }, "Error")]
    [TestCase(new string[0], "Ready")]
    public void The_worst_component_decides_and_a_disabled_one_does_not(string[] components, string expected)
    {
        var states = components.Index().ToDictionary(
            entry => $"c{entry.Index}", entry => new ComponentHealth(Enum.Parse<ComponentStatus>(entry.Item)));

        Assert.That(ReadinessReport.From(states).Status.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_component_that_throws_is_an_error_and_leaves_the_others_alone()
    {
        using var check = new ReadinessCheck(
            [new Component("good", _ => Task.FromResult(ComponentHealth.Ready)), new Component("bad", _ => throw new InvalidOperationException("Password=x"))],
            new FixedClock());

        var report = await check.CheckAsync(CancellationToken.None);

        Assert.That(report.Components["good"].Status, Is.EqualTo(ComponentStatus.Ready));
        Assert.That(report.Components["bad"].Status, Is.EqualTo(ComponentStatus.Error));
        Assert.That(report.Components["bad"].Detail, Does.Not.Contain("Password=x"));
    }

    [Test]
    public async Task The_answer_is_cached_for_five_seconds()
    {
        var asked = 0;
        var clock = new FixedClock();
        using var check = new ReadinessCheck(
            [new Component("counted", _ => { asked++; return Task.FromResult(ComponentHealth.Ready); })], clock);

        await check.CheckAsync(CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(4));
        await check.CheckAsync(CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(1));
        await check.CheckAsync(CancellationToken.None);

        Assert.That(asked, Is.EqualTo(2));
    }

    [TestCase("/healthz")]
    [TestCase("/api/v1/healthz")]
    [TestCase("/api/v1/health/healthz")]
    [TestCase("/api/v1/health/readyz")]
    [TestCase("/api/v1/readyz")]
    [TestCase("/api/v1/readyz?strict=true")]
    public async Task A_monitor_that_sends_head_gets_the_status_without_a_body(string path)
    {
        await using var app = await SmplatApp.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, path);

        using var answer = await app.Client.SendAsync(request);

        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/json"));
        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.Empty);
    }

    [TestCase("/api/v1/health/readyz")]
    [TestCase("/api/v1/readyz")]
    public async Task Both_paths_return_all_four_members_of_each_component(string path)
    {
        await using var app = await SmplatApp.StartAsync();

        var body = await app.Client.GetStringAsync(path);

        Assert.That(body, Does.Contain("\"database\":{\"status\":\"ready\",\"detail\":null,\"last_error_at\":null,\"last_success_at\":"));
    }

    private sealed class Component(string name, Func<CancellationToken, Task<ComponentHealth>> check) : IReadinessComponent
    {
        public string Name => name;

        public Task<ComponentHealth> CheckAsync(CancellationToken cancellationToken) => check(cancellationToken);
    }
}
