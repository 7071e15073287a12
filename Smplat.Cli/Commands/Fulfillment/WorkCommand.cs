using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Fulfillment;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

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
        var command = new CommandWithExamples(
            "work",
            "Carry out due tasks beside the app's own worker, until stopped.",
            "smplat fulfillment work",
            "smplat fulfillment work --until-idle")
        { UntilIdle };
        command.SetWork(WorkAsync);
        return command;
    }

    private static async Task<int> WorkAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = FulfillmentCommands.Services(parsed);
        RequireEndpoints(services.GetRequiredService<IOptionsMonitor<ExecutionOptions>>().CurrentValue);
        var drain = services.GetRequiredService<FulfillmentWorker>();
        var counters = services.GetRequiredService<DurableCounters>();
        var clock = services.GetRequiredService<TimeProvider>();
        var poll = TimeSpan.FromSeconds(
            services.GetRequiredService<IOptionsMonitor<FulfillmentOptions>>().CurrentValue.PollIntervalSeconds);
        if (!parsed.IsJson())
        {
            Console.WriteLine("working");
        }

        while (!cancellationToken.IsCancellationRequested)
        {
            var report = await TryDrainAsync(drain, counters, cancellationToken);
            if (report is { Claimed: > 0 })
            {
                // With --json one document a pass.
                parsed.Show(report, string.Create(
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

    /// <summary>A worker that knows no endpoint would give up every task that it takes.</summary>
    /// <exception cref="UsageException">None of them is set in this environment.</exception>
    private static void RequireEndpoints(ExecutionOptions settings)
    {
        if (settings.AllowedHosts.Length == 0 && FulfillmentTaskType.All.All(type => settings.EndpointOf(type) is null))
        {
            throw new UsageException(
                "Set FULFILLMENT_ENDPOINT_… and FULFILLMENT_ALLOWED_HOSTS as they are in the app; without them every task would be given up.");
        }
    }

    /// <returns>Null when the database was away; the next pass tries again.</returns>
    private static async Task<WorkerReport?> TryDrainAsync(
        FulfillmentWorker drain, DurableCounters counters, CancellationToken cancellationToken)
    {
        try
        {
            var report = await drain.RunAsync($"cli-{Guid.NewGuid():N}", cancellationToken);
            await counters.FlushAsync(CancellationToken.None);
            return report;
        }
        catch (Exception exception) when (DatabaseErrors.IsOutage(exception))
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
