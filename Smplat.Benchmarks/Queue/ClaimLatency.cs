using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Smplat.Core.Fulfillment;

namespace Smplat.Benchmarks.Queue;

/// <summary>
/// How long one claim takes while a backlog is worked off, alone and while another connection sits in a transaction, so that
/// nothing can be vacuumed and every claim meets what earlier ones left behind.
/// </summary>
internal sealed class ClaimLatency(string connectionString, BacklogStore backlog)
{
    private const int Batch = 25;
    private const string Result = """{"status":"done"}""";
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    public async Task RunAsync(int tasks, CancellationToken cancellationToken)
    {
        Console.WriteLine($"claims of {Batch} out of {tasks:N0} due tasks, each followed by its acknowledgement");
        Print("alone", await MeasureAsync(tasks, cancellationToken));
        await using var database = NpgsqlDataSource.Create(connectionString);
        await backlog.FillAsync(tasks, completesOrders: false, cancellationToken);
        await using var holder = await BacklogStore.HoldSnapshotAsync(database, cancellationToken);
        Print("idle in transaction", await WorkOffAsync(cancellationToken));
    }

    private async Task<(List<double> Claims, long DeadRows)> MeasureAsync(int tasks, CancellationToken cancellationToken)
    {
        await backlog.FillAsync(tasks, completesOrders: false, cancellationToken);
        return await WorkOffAsync(cancellationToken);
    }

    private async Task<(List<double> Claims, long DeadRows)> WorkOffAsync(CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        var queue = new TaskQueueStore(database);
        var claims = new List<double>();
        while (true)
        {
            var now = TimeProvider.System.GetUtcNow();
            var begun = Stopwatch.GetTimestamp();
            var claimed = await queue.ClaimDueAsync(Guid.CreateVersion7(now), "bench", Batch, now, Lease, cancellationToken);
            claims.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            if (claimed.Count == 0)
            {
                return (claims, await backlog.CountDeadRowsAsync(cancellationToken));
            }

            await queue.CompleteAsync([.. claimed.Select(task => new FinishedTask(task, Result))], "bench", now, cancellationToken);
        }
    }

    private static void Print(string name, (List<double> Claims, long DeadRows) measured)
    {
        var (claims, dead) = measured;
        var tenth = Math.Max(1, claims.Count / 10);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {name,-20} p50 {At(claims, 0.5):0.00} ms, p99 {At(claims, 0.99):0.00} ms; first tenth {At(claims[..tenth], 0.5):0.00} ms, last tenth {At(claims[^tenth..], 0.5):0.00} ms; {dead:N0} dead rows left"));
    }

    private static double At(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)((sorted.Length - 1) * share)];
    }
}
