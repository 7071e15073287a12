using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Resilience;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Platform.Observability;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>Every process has its own circuits; the metrics feed of each one shows those of all.</summary>
public sealed class CircuitFeedTests
{
    [Test]
    public async Task An_open_circuit_of_one_instance_is_exported_by_every_instance()
    {
        await using var app = await RouterFixture.StartAsync();
        var clock = new ShiftedClock();
        var other = new ProviderCircuits(clock);
        using var report = Report(app, other);
        Open(other.Breaker(ProviderId.KrogerApi));
        await report.WriteAsync(CancellationToken.None);

        var open = await ReadAsync(app);
        clock.Shift(TimeSpan.FromSeconds(31));
        await report.WriteAsync(CancellationToken.None);
        var trying = await ReadAsync(app);
        other.Breaker(ProviderId.KrogerApi).TryEnter(out var trial);
        other.Breaker(ProviderId.KrogerApi).Succeed(trial);
        await report.WriteAsync(CancellationToken.None);
        var closed = await ReadAsync(app);

        Assert.That((open.State("KROGER_API"), open.State("MEALME"), open.Instances("KROGER_API")), Is.EqualTo((2d, 0d, 1d)));
        Assert.That((trying.State("KROGER_API"), trying.Instances("KROGER_API")), Is.EqualTo((1d, 1d)));
        Assert.That((closed.State("KROGER_API"), closed.Instances("KROGER_API")), Is.EqualTo((0d, 0d)));
        Assert.That(closed.Opened("KROGER_API"), Is.EqualTo(1));
    }

    [Test]
    public async Task An_instance_that_is_gone_is_no_longer_counted()
    {
        await using var app = await RouterFixture.StartAsync();
        await using (var connection = await app.Database.OpenConnectionAsync())
        {
            var command = connection.CreateCommand();
            command.CommandText =
                "insert into commerce.provider_circuit values ('dead', 'MEALME', 'open', now() - interval '31 s'), ('alive', 'INSTACART', 'open', now())";
            await command.ExecuteNonQueryAsync();
        }

        var feed = await ReadAsync(app);

        Assert.That((feed.State("MEALME"), feed.State("INSTACART")), Is.EqualTo((0d, 2d)));
    }

    private static CircuitPublisher Report(RouterFixture app, ProviderCircuits circuits) =>
        ActivatorUtilities.CreateInstance<CircuitPublisher>(
            app.Services,
            circuits,
            app.Services.GetRequiredService<CircuitStore>(),
            app.Services.GetRequiredService<DurableCounters>(),
            app.Services.GetRequiredService<MigrationGate>(),
            // Rows carry real time, so that they are judged like those of a real instance; only the circuit's clock is ahead.
            TimeProvider.System);

    private static void Open(CircuitBreaker breaker)
    {
        for (var failure = 0; failure < 5; failure++)
        {
            breaker.TryEnter(out var pass);
            breaker.Fail(pass);
        }
    }

    private static async Task<Feed> ReadAsync(RouterFixture app)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/observability/prometheus");
        request.Headers.Add("X-API-Key", RouterFixture.Key);
        using var response = await app.Client.SendAsync(request);
        return new Feed(StrictExposition.Parse(await response.Content.ReadAsStringAsync()));
    }

    private sealed record Feed(IReadOnlyList<StrictExposition.Sample> Samples)
    {
        public double State(string provider) => Value("smplat_commerce_circuit_state", provider);

        public double Instances(string provider) => Value("smplat_commerce_circuit_instances", provider);

        public double Opened(string provider) => Value("smplat_commerce_circuit_opened_total", provider);

        private double Value(string name, string provider) =>
            Samples.Single(sample => sample.Name == name && sample.Labels["provider_id"] == provider).Value;
    }
}
