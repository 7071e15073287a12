using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Billing;
using Smplat.Core.Checkout;
using Smplat.Core.Digests;
using Smplat.Core.Guardrails;
using Smplat.Core.Operators;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Jobs;

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

    private static readonly Option<string?> Out = new("--out") { Description = "File for the plan. Default: show it only." };

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
            "smplat recovery apply plan.json --dry-run",
            "smplat recovery apply plan.json --yes")
        { Plan, Confirmation.DryRun, Confirmation.Yes };
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
        if (parsed.GetValue(Out) is not { } file)
        {
            return parsed.Show(plan, TableOf(plan));
        }

        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(plan, Readable) + "\n", cancellationToken);
        return parsed.Show(
            new { file, items = plan.Items.Count },
            $"{plan.Items.Count} items in {file}. Review it, change actions where needed, then run: smplat recovery apply {file}");
    }

    private static async Task<int> ApplyAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var plan = await ReadAsync(parsed.GetValue(Plan)!, cancellationToken);
        if (parsed.GetValue(Confirmation.DryRun))
        {
            return parsed.Show(plan, () =>
            {
                TableOf(plan).Write();
                Console.WriteLine("Nothing was changed.");
            });
        }

        var count = plan.Items.Count(item => item.Action != RepairAction.Leave);
        if (count > 0 && !await Confirmation.AskAsync(
            parsed, string.Create(CultureInfo.InvariantCulture, $"This carries out {count} of {plan.Items.Count} items of the plan"), cancellationToken))
        {
            return CommandLine.Failed;
        }

        await using var services = RecoveryServices.Create(parsed);
        var results = await services.GetRequiredService<RecoveryRepair>().ApplyAsync(plan, cancellationToken);
        var table = new TextTable("The plan has no items.", "subject", "name", "action", "~outcome");
        foreach (var result in results)
        {
            table.Add(result.Item.Subject, result.Item.Name, result.Item.Action, result.Outcome);
        }

        return parsed.Show(results, table);
    }

    private static TextTable TableOf(RepairPlan plan)
    {
        var table = new TextTable("Nothing needs a decision.", "subject", "name", "action", "~why");
        foreach (var item in plan.Items)
        {
            table.Add(item.Subject, item.Name, item.Action, item.Why);
        }

        return table;
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
        CliServices.Create(parsed, services => services.AddOrders().AddPayments().AddCheckout().AddBilling().AddDigests().AddGuardrails().AddRecoveryRepair());
}
