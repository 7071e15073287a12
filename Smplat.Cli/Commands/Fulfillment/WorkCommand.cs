using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Database;
using Smplat.Core.Fulfillment;
using Smplat.Core.Fulfillment.Worker;
using Smplat.Core.Observability;
using Smplat.Core.Observability.Counters;

namespace Smplat.Cli.Commands.Fulfillment;

/// <summary>
/// <c>smplat fulfillment work</c>: a further worker beside the app's own, for a backlog. The app's timer has one run at a time;
/// claims are safe side by side, so as many of these as the database bears may run.
/// </summary>
internal static class WorkCommand
{
    private static readonly TimeSpan OutagePause = TimeSpan.FromSeconds(1);

    private static readonly Option<bool> UntilIdle = new("--until-idle") { Description = "End when nothing is due any more." };

    internal static Command Build()
    {
        var command = new Command("work", "Carry out due tasks beside the app's own worker, until stopped.") { UntilIdle };
        command.SetWork(WorkAsync);
        return command;
    }

    private static async Task<int> WorkAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = FulfillmentCommands.Services(parsed);
        var drain = services.GetRequiredService<FulfillmentDrain>();
        var counters = services.GetRequiredService<DurableCounters>();
        var clock = services.GetRequiredService<TimeProvider>();
        var poll = TimeSpan.FromSeconds(
            services.GetRequiredService<IOptionsMonitor<FulfillmentOptions>>().CurrentValue.PollIntervalSeconds);
        Console.WriteLine("working");
        while (!cancellationToken.IsCancellationRequested)
        {
            var report = await TryDrainAsync(drain, counters, cancellationToken);
            if (report is { Claimed: > 0 })
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"processed {report.Processed}, retried {report.Retried}, dead letters {report.DeadLettered}, given back {report.GivenBack}"));
            }

            if (report is { Claimed: 0 } && parsed.GetValue(UntilIdle))
            {
                return 0;
            }

            await WaitAsync(report is null ? OutagePause : poll, clock, cancellationToken);
        }

        return 0;
    }

    /// <returns>Null when the database was away; the next pass tries again.</returns>
    private static async Task<DrainReport?> TryDrainAsync(
        FulfillmentDrain drain, DurableCounters counters, CancellationToken cancellationToken)
    {
        try
        {
            var report = await drain.RunAsync($"cli-{Guid.NewGuid():N}", cancellationToken);
            await counters.FlushAsync(CancellationToken.None);
            return report;
        }
        catch (Exception exception) when (Transient.IsOutage(exception))
        {
            Console.Error.WriteLine(Redaction.Redact(exception.Message));
            return null;
        }
    }

    private static async Task WaitAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(time, clock, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The loop ends.
        }
    }
}
