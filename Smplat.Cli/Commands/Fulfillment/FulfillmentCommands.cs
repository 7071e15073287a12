using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Fulfillment;
using Smplat.Core.Fulfillment.Planning;
using Smplat.Core.Fulfillment.Worker;
using Smplat.Core.Jobs;
using Smplat.Core.Orders;

namespace Smplat.Cli.Commands.Fulfillment;

/// <summary><c>smplat fulfillment</c>: the worker and its dead letters, on the database itself, so that it works while the app is down.</summary>
public sealed class FulfillmentCommands : ICommandModule
{
    private static readonly Argument<Guid> Order = new("order") { Description = "Id of the order." };

    public void AddTo(RootCommand root)
    {
        var drain = new Command("drain", "Carry out everything that is due, once, whatever the worker's switch says.");
        drain.SetWork(DrainAsync);
        var kickoff = new Command("kickoff", "Begin with a paid order whose kick-off was lost; an order that is not pending is left alone.") { Order };
        kickoff.SetWork(KickoffAsync);
        root.Subcommands.Add(new Command("fulfillment", "The fulfillment worker and its dead letters.")
        {
            drain, WorkCommand.Build(), kickoff, DeadLetterCommands.Build(),
        });
    }

    internal static ServiceProvider Services(ParseResult parsed) =>
        CliServices.Create(parsed, services => services.AddOrders().AddFulfillment());

    private static async Task<int> DrainAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = Services(parsed);
        var outcome = await services.GetRequiredService<JobRunner>().RunNowAsync(
            FulfillmentJob.Id, $"cli:{Environment.UserName}", evenIfDisabled: true, cancellationToken);
        await services.GetRequiredService<Core.Observability.Counters.DurableCounters>().FlushAsync(CancellationToken.None);
        return outcome switch
        {
            JobOutcome.Completed completed => Say(Describe(completed.Report.Summary), 0),
            JobOutcome.Failed failed => CliCommand.Fail(failed.Error, CommandLine.Failed),
            _ => CliCommand.Fail("A run of the worker is under way; it takes every task that is due.", CommandLine.Failed),
        };
    }

    private static async Task<int> KickoffAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = Services(parsed);
        return await services.GetRequiredService<FulfillmentKickoff>().RunAsync(parsed.GetValue(Order), cancellationToken) switch
        {
            KickoffOutcome.KickedOff done => Say(
                string.Create(CultureInfo.InvariantCulture, $"{done.Tasks} tasks and {done.ProviderOrders} provider orders created."), 0),
            KickoffOutcome.NotPending standing => CliCommand.Fail($"The order is {standing.Status}.", CommandLine.Failed),
            _ => CliCommand.Fail("There is no such order.", CommandLine.Failed),
        };
    }

    private static string Describe(IReadOnlyDictionary<string, object?> summary) =>
        string.Join(", ", summary.Select(entry => $"{entry.Key} {JsonSerializer.Serialize(entry.Value)}"));

    private static int Say(string text, int exitCode)
    {
        Console.WriteLine(text);
        return exitCode;
    }
}
