using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Cli.Commands.Api;
using Smplat.Core.Checkout;
using Smplat.Core.Fulfillment;
using Smplat.Core.Orders;
using Smplat.Core.Payments;

namespace Smplat.Cli.Commands.Fulfillment;

/// <summary>
/// <c>smplat fulfillment</c>: the worker and its dead letters. Dead letters are handled on the database itself, so that it
/// works while the app is down.
/// </summary>
public sealed class FulfillmentCommands : ICommandModule
{
    private static readonly Argument<Guid> Order = new("order") { Description = "Id of the order." };

    public void AddTo(RootCommand root)
    {
        var drain = new CommandWithExamples(
            "drain",
            "Let the app carry out everything that is due, once, whatever the worker's switch says.",
            "smplat fulfillment drain",
            "smplat fulfillment drain --base-url https://api.example.com --json")
        {
            ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        drain.SetWork(DrainAsync);
        var kickoff = new Command("kickoff", "Begin with a paid order whose kick-off was lost; an order that is not pending is left alone.") { Order };
        kickoff.SetWork(KickoffAsync);
        root.Subcommands.Add(new Command("fulfillment", "The fulfillment worker and its dead letters.")
        {
            drain, WorkCommand.Build(), kickoff, DeadLetterCommands.Build(),
        });
    }

    /// <summary>With everything that goes along when an order takes a step.</summary>
    internal static ServiceProvider Services(ParseResult parsed) => CliServices.Create(
        parsed, services => services.AddOrders().AddPayments().AddFulfillment().AddCheckout());

    /// <summary>By the app, because only its settings say where tasks may take effect.</summary>
    private static async Task<int> DrainAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var answer = await api.PostAsync("/api/v1/operators/fulfillment/drain", new { }, cancellationToken);
        if (!answer.GetProperty("succeeded").GetBoolean())
        {
            return parsed.Show(
                answer, () => CliCommand.Fail(answer.GetProperty("error").ToString(), CommandLine.Failed), CommandLine.Failed);
        }

        return parsed.Show(
            answer, string.Join(", ", answer.GetProperty("summary").EnumerateObject().Select(entry => $"{entry.Name} {entry.Value}")));
    }

    private static async Task<int> KickoffAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = Services(parsed);
        return await services.GetRequiredService<FulfillmentKickoff>().RunAsync(parsed.GetValue(Order), cancellationToken) switch
        {
            KickoffOutcome.KickedOff done => parsed.Show(
                done, string.Create(CultureInfo.InvariantCulture, $"{done.Tasks} tasks and {done.ProviderOrders} provider orders created.")),
            KickoffOutcome.NotPending standing => CliCommand.Fail($"The order is {standing.Status}.", CommandLine.Failed),
            _ => CliCommand.Fail("There is no such order.", CommandLine.Failed),
        };
    }
}
