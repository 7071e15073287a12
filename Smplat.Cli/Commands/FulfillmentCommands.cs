using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Checkout;
using Smplat.Core.Fulfillment;
using Smplat.Core.Guardrails;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

namespace Smplat.Cli.Commands;

/// <summary>
/// <c>smplat fulfillment</c>: the worker and its dead letters, through the app; extra workers and lost kick-offs directly in
/// the database, so that they work while the app is down.
/// </summary>
public sealed class FulfillmentCommands : ICommandModule
{
    private static readonly Argument<Guid> Order = new("order") { Description = "Id of the order." };

    public void AddTo(RootCommand root)
    {
        var drain = new CliCommand(
            "drain",
            "Let the app run all due tasks once, even if its worker is disabled.",
            "smplat fulfillment drain",
            "smplat fulfillment drain --base-url https://api.example.com --json")
        {
            ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        drain.SetWork(DrainAsync);
        var kickoff = new CliCommand(
            "kickoff",
            "Start fulfillment of a paid order whose kick-off was lost; does nothing to an order that is not pending.",
            "smplat fulfillment kickoff 0198f000-0000-7000-8000-000000000007")
        { Order };
        kickoff.SetWork(KickoffAsync);
        root.Subcommands.Add(new Command("fulfillment", "The fulfillment worker and its dead letters.")
        {
            drain, WorkCommand.Build(), kickoff, DeadLetterCommands.Build(),
        });
    }

    /// <summary>All features that take part when an order changes status.</summary>
    internal static ServiceProvider Services(ParseResult parsed) => CliServices.Create(
        parsed, services => services.AddOrders().AddPayments().AddGuardrails().AddFulfillment().AddCheckout());

    /// <summary>Runs in the app, because only its settings say which endpoints tasks may call.</summary>
    private static async Task<int> DrainAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var answer = await api.PostAsync("/api/v1/operators/fulfillment/drain", new { }, cancellationToken);
        if (!answer.GetProperty("succeeded").GetBoolean())
        {
            return parsed.Show(
                answer, () => CliCommand.Fail(answer.GetProperty("error").ToString()), CommandLine.Failed);
        }

        return parsed.Show(
            answer, $"The worker ran: {JobSummary.Format(answer.GetProperty("summary"))}.");
    }

    private static async Task<int> KickoffAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = Services(parsed);
        return await services.GetRequiredService<FulfillmentKickoff>().RunAsync(parsed.GetValue(Order), cancellationToken) switch
        {
            KickoffOutcome.KickedOff done => parsed.Show(
                done, string.Create(CultureInfo.InvariantCulture, $"{done.Tasks} tasks and {done.ProviderOrders} provider orders created.")),
            KickoffOutcome.NotPending order => CliCommand.Fail($"The order is {order.Status}."),
            _ => CliCommand.Fail("There is no order with this id."),
        };
    }
}

/// <summary>
/// <c>smplat fulfillment work</c>: an extra worker for a backlog, next to the app's own. The app's timer has one run at a time;
/// claims are safe in parallel, so as many of these may run as the database can take.
/// </summary>
internal static class WorkCommand
{
    private static readonly TimeSpan OutagePause = TimeSpan.FromSeconds(1);

    private static readonly Option<bool> UntilIdle = new("--until-idle") { Description = "Exit when no task is due." };

    internal static Command Build()
    {
        var command = new CliCommand(
            "work",
            "Run due tasks next to the app's own worker, until stopped.",
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
                // With --json: one document per pass.
                parsed.Show(report, string.Create(
                    CultureInfo.InvariantCulture,
                    $"processed {report.Processed}, retried {report.Retried}, dead letters {report.DeadLettered}, released {report.GivenBack}"));
            }

            if (report is { Claimed: 0 } && parsed.GetValue(UntilIdle))
            {
                return 0;
            }

            await WaitAsync(report is null ? OutagePause : poll, clock, cancellationToken);
        }

        return 0;
    }

    /// <summary>Without any endpoint, every claimed task would become a dead letter.</summary>
    /// <exception cref="UsageException">No endpoint is set in this environment.</exception>
    private static void RequireEndpoints(ExecutionOptions settings)
    {
        if (settings.AllowedHosts.Length == 0 && FulfillmentTaskType.All.All(type => settings.EndpointOf(type) is null))
        {
            throw new UsageException(
                "Set FULFILLMENT_ENDPOINT_… and FULFILLMENT_ALLOWED_HOSTS as in the app. Without them every task would become a dead letter.");
        }
    }

    /// <returns>Null when the database was unavailable; the next pass tries again.</returns>
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
            // Stopped: the loop ends.
        }
    }
}
