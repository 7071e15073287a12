using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment;

/// <summary>Workers in separate processes. One that exits before it is killed fails the test immediately, with its output.</summary>
internal sealed class WorkerPool : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly CliProcess[] _workers;

    public WorkerPool(int size, IReadOnlyDictionary<string, string> settings)
    {
        _settings = settings;
        _workers = [.. Enumerable.Range(0, size).Select(_ => Start())];
    }

    public Task UntilAsync(Func<Task<bool>> condition, string what) => Eventually.BecomesTrueAsync(
        async () =>
        {
            if (_workers.FirstOrDefault(worker => worker.HasEnded) is { } dead)
            {
                Assert.Fail($"While waiting for {what} a worker {dead.Story}");
            }

            return await condition();
        },
        what,
        Patience);

    /// <summary>Kills a worker and starts another in its place.</summary>
    public async Task ReplaceAsync(int number)
    {
        var place = number % _workers.Length;
        var victim = _workers[place];
        Assert.That(victim.Kill(), Is.True, () => $"The victim {victim.Story}");
        await victim.EndAsync(CancellationToken.None);
        victim.Dispose();
        _workers[place] = Start();
    }

    public void Dispose()
    {
        foreach (var worker in _workers)
        {
            worker.Dispose();
        }
    }

    private CliProcess Start() => CliProcess.Start("fulfillment work", _settings);
}
