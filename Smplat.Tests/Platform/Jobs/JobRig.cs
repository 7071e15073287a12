using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Settings;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Jobs;

/// <summary>Runners as several instances would have them: one database, one clock.</summary>
internal sealed class JobRig : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private JobRig(TestDatabase database)
    {
        _database = database;
        Ledger = new JobLedgerStore(database.DataSource);
    }

    public FixedClock Clock { get; } = new();

    public JobLedgerStore Ledger { get; }

    public static async Task<JobRig> StartAsync(params IJob[] jobs)
    {
        var rig = new JobRig(await TestDatabase.CreateAsync());
        await rig.Ledger.RegisterAsync([.. jobs.Select(job => job.Definition.Id)], CancellationToken.None);
        return rig;
    }

    /// <summary>A runner of its own process, as far as the ledger can tell.</summary>
    public JobRunner Runner(params IJob[] jobs) => RunnerAt(Clock, jobs);

    /// <summary>A runner whose process has another idea of the time.</summary>
    public JobRunner RunnerAt(TimeProvider clock, params IJob[] jobs) => new(
        new JobCatalog(jobs),
        new JobStore(_database.DataSource, TimeProvider.System),
        Ledger,
        new JobGate(new LiveSettings<JobsOptions>(
            new ConfigurationBuilder().Build(), new SettingsProblems(), NullLogger<LiveSettings<JobsOptions>>.Instance)),
        clock,
        NullLogger<JobRunner>.Instance);

    public async Task<JobState> StateAsync(string jobId = "sample-job") =>
        (await Ledger.ListStatesAsync(CancellationToken.None)).Single(state => state.JobId == jobId);

    public async Task<IReadOnlyList<JobRunRow>> RunsAsync() => await Ledger.ListRunsAsync(null, 100, CancellationToken.None);

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
