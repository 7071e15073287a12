using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Settings;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Jobs;

/// <summary>Several job runners, like those of several instances, with one database and one clock.</summary>
internal sealed class JobFixture : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private JobFixture(TestDatabase database)
    {
        _database = database;
        Store = new JobStore(database.DataSource, TimeProvider.System);
    }

    public FixedClock Clock { get; } = new();

    /// <summary>Open; a test that replaces it starts before the migrations have ended.</summary>
    public MigrationGate Migrations { get; set; } = Opened();

    public JobStore Store { get; }

    public static async Task<JobFixture> StartAsync(params IJob[] jobs)
    {
        var fixture = new JobFixture(await TestDatabase.CreateAsync());
        await fixture.Store.RegisterAsync([.. jobs.Select(job => job.Definition.Id)], CancellationToken.None);
        return fixture;
    }

    /// <summary>A runner that looks like a separate process in the ledger.</summary>
    public JobRunner Runner(params IJob[] jobs) => RunnerAt(Clock, jobs);

    /// <summary>A runner whose process has a different clock.</summary>
    public JobRunner RunnerAt(TimeProvider clock, params IJob[] jobs) => new(
        new JobRegistry(jobs),
        Store,
        new JobGate(new LiveSettings<JobsOptions>(
            new ConfigurationBuilder().Build(), new SettingsProblems(), NullLogger<LiveSettings<JobsOptions>>.Instance)),
        Migrations,
        clock,
        NullLogger<JobRunner>.Instance);

    public async Task<JobState> StateAsync(string jobId = "sample-job") =>
        (await Store.ListStatesAsync(CancellationToken.None)).Single(state => state.JobId == jobId);

    public async Task<IReadOnlyList<JobRunRow>> RunsAsync() => await Store.ListRunsAsync(null, 100, CancellationToken.None);

    private static MigrationGate Opened()
    {
        var gate = new MigrationGate();
        gate.Open();
        return gate;
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
