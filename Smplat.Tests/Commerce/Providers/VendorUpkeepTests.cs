using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Jobs;
using Smplat.Tests.Commerce.Confirmation;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Providers;

public sealed class VendorUpkeepTests
{
    [Test]
    public async Task Old_webhooks_calls_and_circuits_of_gone_instances_are_deleted_and_nothing_else()
    {
        await using var app = await RouterFixture.StartAsync();
        await app.ExecuteAsync(
            """
            insert into commerce.mealme_webhook_events (dedupe_key, event_type, raw, received_at)
            select 'k' || number, 'order.created', '{}', now() - make_interval(days => number) from generate_series(80, 100) number;
            insert into commerce.vendor_call (provider_id, endpoint, hour_start, status_class, calls, latency_ms, last_at)
            values ('MEALME', 'order', now() - interval '401 days', '2xx', 1, 1, now()), ('MEALME', 'order', now(), '2xx', 1, 1, now());
            insert into commerce.provider_circuit values ('dead', 'MEALME', 'open', now() - interval '1 hour');
            """);

        var report = await app.Services.GetRequiredService<VendorUpkeepJob>().RunAsync(
            new JobRun(Guid.NewGuid(), JobRun.Timer, 1, TimeProvider.System.GetUtcNow()), CancellationToken.None);

        Assert.That((report.Summary["webhooks_trimmed"], report.Summary["calls_trimmed"]), Is.EqualTo(((object)11, (object)1)));
        Assert.That(await app.ScalarAsync<long>("select count(*) from commerce.mealme_webhook_events"), Is.EqualTo(10));
        Assert.That(await app.ScalarAsync<long>("select count(*) from commerce.provider_circuit"), Is.Zero);
    }
}
