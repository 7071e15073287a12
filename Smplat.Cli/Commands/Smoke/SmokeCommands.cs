using System.CommandLine;
using Smplat.Cli.Commands.Api;

namespace Smplat.Cli.Commands.Smoke;

/// <summary><c>smplat smoke</c>: does it stand? Exit code 0 when every check passed, 1 otherwise, 2 used wrongly.</summary>
public sealed class SmokeCommands : ICommandModule
{
    private static readonly Option<bool> InProcess = new("--in-process")
    {
        Description = "Call the operations on the configured database instead of a running app.",
    };

    public void AddTo(RootCommand root)
    {
        var fulfillment = new CommandWithExamples(
            "fulfillment",
            "Health, metrics and observability of the worker.",
            "smplat smoke fulfillment --base-url https://api.example.com",
            "smplat smoke fulfillment --in-process")
        {
            ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout, InProcess,
        };
        fulfillment.SetWork((parsed, token) => RunAsync(parsed, FulfillmentSmoke.RunAsync, token));
        var checkout = new CommandWithExamples(
            "checkout",
            "Product list, order creation and payment observability.",
            "smplat smoke checkout --base-url https://api.example.com --api-key \"$CHECKOUT_API_KEY\"",
            "smplat smoke checkout --in-process")
        {
            ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout, InProcess,
        };
        checkout.SetWork((parsed, token) => RunAsync(parsed, CheckoutSmoke.RunAsync, token));
        root.Subcommands.Add(new Command("smoke", "Quick checks that a deployment stands.") { fulfillment, checkout });
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, Func<ISmokeTarget, SmokeReport, CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        await using ISmokeTarget target = parsed.GetValue(InProcess)
            ? await InProcessTarget.CreateAsync(parsed, cancellationToken)
            : new HttpTarget(ApiOptions.Connect(parsed));
        var report = new SmokeReport(isQuiet: parsed.IsJson());
        try
        {
            await run(target, report, cancellationToken);
        }
        catch (SmokeFailedException exception)
        {
            return parsed.Show(
                new { passed = false, checks = report.Passed, failed = exception.Message },
                () => CliCommand.Fail($"[smoke] FAILED {exception.Message}", CommandLine.Failed),
                CommandLine.Failed);
        }

        return parsed.Show(
            new { passed = true, checks = report.Passed, failed = (string?)null }, $"[smoke] {report.Passed.Count} checks passed");
    }
}
