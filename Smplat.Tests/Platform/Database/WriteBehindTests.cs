using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Database;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class WriteBehindTests
{
    private readonly FixedClock _clock = new();
    private readonly MigrationGate _migrations = new();

    [Test]
    public async Task Any_failure_is_reported_and_the_next_flush_still_runs()
    {
        _migrations.Open();
        using var writer = new Writer(_migrations, _clock) { Failure = new InvalidOperationException("no such relation") };
        await writer.StartAsync(CancellationToken.None);

        await PassAsync(writer, 1);
        writer.Failure = null;
        await PassAsync(writer, 2);

        Assert.That(writer.Told, Is.EqualTo(new[] { "no such relation" }));
        await writer.StopAsync(CancellationToken.None);
        Assert.That(writer.Flushes, Is.EqualTo(3), "one more flush when it stops");
    }

    [Test]
    public async Task Nothing_is_written_before_the_schema_is_ready_even_when_the_app_stops()
    {
        using var writer = new Writer(_migrations, _clock);
        await writer.StartAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromMinutes(1));

        await writer.StopAsync(CancellationToken.None);

        Assert.That(writer.Flushes, Is.Zero);
    }

    private async Task PassAsync(Writer writer, int flushes)
    {
        await Eventually.BecomesTrueAsync(() => _clock.WaitingTimers == 1, "the wait for the next interval");
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.BecomesTrueAsync(() => writer.Flushes == flushes, "the write");
    }

    private sealed class Writer(MigrationGate migrations, TimeProvider clock)
        : WriteBehind(migrations, TimeSpan.FromSeconds(1), clock)
    {
        public Exception? Failure { get; set; }

        public int Flushes { get; private set; }

        public List<string> Told { get; } = [];

        protected override Task FlushAsync(CancellationToken cancellationToken)
        {
            Flushes++;
            return Failure is null ? Task.CompletedTask : Task.FromException(Failure);
        }

        protected override void Waits(string problem) => Told.Add(problem);
    }
}
