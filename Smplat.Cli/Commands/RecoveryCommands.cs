using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Billing;
using Smplat.Core.Checkout;
using Smplat.Core.Digests;
using Smplat.Core.Operators;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Jobs;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat recovery</c>: recovers checkouts and hosted sessions manually, and repairs what is stuck.</summary>
public sealed class RecoveryCommands : ICommandModule
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    private static readonly Option<int?> Limit = new("--limit") { Description = "Maximum number of sessions. Default: from the settings." };

    private static readonly Option<int?> MaxAttempts = new("--max-attempts") { Description = "Maximum attempts per session. Default: from the settings." };

    private static readonly Option<string?> Out = new("--out") { Description = "File for the plan. Default: standard output." };

    private static readonly Option<int> PlanLimit = new("--plan-limit") { Description = "Maximum number of items of each kind.", DefaultValueFactory = _ => 500 };

    private static readonly Argument<string> Plan = new("plan") { Description = "Plan file from smplat recovery inspect." };

    public void AddTo(RootCommand root)
    {
        var checkout = new CliCommand(
            "run",
            "Let the app recover abandoned checkouts now.",
            "smplat recovery checkout run",
            "smplat recovery checkout run --force");
        checkout.RunsJob(RecoverySweepJob.Id, "catalog_scheduler");
        var hosted = new CliCommand(
            "run",
            "Let the app recover hosted payment sessions now.",
            "smplat recovery hosted run --triggered-by manual",
            "smplat recovery hosted run --limit 10 --force")
        { Limit, MaxAttempts };
        hosted.RunsJob(HostedRecoveryJob.Id, "hosted_session_recovery", (JobParameter.Limit, Limit), (JobParameter.MaxAttempts, MaxAttempts));
        var inspect = new CliCommand(
            "inspect",
            "List what does not recover automatically, as a plan.",
            "smplat recovery inspect",
            "smplat recovery inspect --out plan.json")
        { Out, PlanLimit };
        inspect.SetWork(InspectAsync);
        var apply = new CliCommand(
            "apply",
            "Carry out a plan; items that changed since are skipped.",
            "smplat recovery inspect --out plan.json",
            "smplat recovery apply plan.json")
        { Plan };
        apply.SetWork(ApplyAsync);
        root.Subcommands.Add(new Command("recovery", "Abandoned checkouts, hosted sessions and stuck messages.")
        {
            new Command("checkout", "Abandoned checkouts.") { checkout },
            new Command("hosted", "Hosted payment sessions.") { hosted },
            inspect,
            apply,
        });
    }

    private static async Task<int> InspectAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = RecoveryServices.Create(parsed);
        var plan = await services.GetRequiredService<RecoveryRepair>().InspectAsync(parsed.GetValue(PlanLimit), cancellationToken);
        var json = JsonSerializer.Serialize(plan, Readable);
        if (parsed.GetValue(Out) is not { } file)
        {
            Console.WriteLine(json);
            return 0;
        }

        await File.WriteAllTextAsync(file, json + "\n", cancellationToken);
        return parsed.Show(
            new { file, items = plan.Items.Count },
            $"{plan.Items.Count} items in {file}. Review it, change actions where needed, then run: smplat recovery apply {file}");
    }

    private static async Task<int> ApplyAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var plan = await ReadAsync(parsed.GetValue(Plan)!, cancellationToken);
        await using var services = RecoveryServices.Create(parsed);
        var results = await services.GetRequiredService<RecoveryRepair>().ApplyAsync(plan, cancellationToken);
        return parsed.Show(results, () => Print(results));
    }

    private static void Print(IEnumerable<RepairResult> results)
    {
        var table = new Table().AddColumns("subject", "name", "action", "outcome");
        foreach (var result in results)
        {
            table.AddRow(
                Markup.Escape(result.Item.Subject),
                Markup.Escape(result.Item.Name),
                Markup.Escape(result.Item.Action),
                Markup.Escape(result.Outcome));
        }

        Terminal.Out.Write(table);
    }

    private static async Task<RepairPlan> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var plan = JsonSerializer.Deserialize<RepairPlan>(await File.ReadAllTextAsync(file, cancellationToken), Readable);
            if (plan?.Items is null || plan.Items.Any(item => !RepairAction.All.Contains(item.Action)))
            {
                throw new UsageException($"{file} is not a plan, or has an action other than {string.Join(", ", RepairAction.All)}.");
            }

            return plan;
        }
        catch (JsonException exception)
        {
            throw new UsageException($"{file} is not a plan: {exception.Message}");
        }
    }
}

/// <summary>The services of the recovery, digest and notification commands.</summary>
internal static class RecoveryServices
{
    public static ServiceProvider Create(ParseResult parsed) =>
        CliServices.Create(parsed, services => services.AddOrders().AddPayments().AddCheckout().AddBilling().AddDigests().AddRecoveryRepair());
}
